package io.rekindle.node.keyring;

import static io.rekindle.node.keyring.KeyringTest.bytes;
import static io.rekindle.node.keyring.KeyringTest.clusterKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.audit.BlockCipher;
import io.rekindle.node.backup.ManifestCipher;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.kms.Xaes;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Every file and block has a key of its own, which opens there alone. */
class FileKeysTest {
  private static final byte[] TEXT = bytes("a secret");
  private static final byte[] PLACE = bytes("block 1");
  private static final byte[] OTHER = bytes("block 2");
  private static final int KEY = FileKeys.WRAPPED_BYTES;

  /** What seals a whole value in its place, opens it, and opens one of format 1. */
  private record Seal(
      BinaryOperator<byte[]> sealing,
      BinaryOperator<byte[]> opening,
      BinaryOperator<byte[]> openingDirect) {
    byte[] seal(byte[] plaintext, byte[] place) {
      return sealing.apply(plaintext, place);
    }

    byte[] open(byte[] sealed, byte[] place) {
      return opening.apply(sealed, place);
    }

    byte[] openDirect(byte[] sealed, byte[] place) {
      return openingDirect.apply(sealed, place);
    }
  }

  private static Seal audit(int seed) {
    BlockCipher cipher = TestCiphers.audit(seed);
    return new Seal(cipher::seal, cipher::open, cipher::openDirect);
  }

  private static Seal backup(int seed) {
    ManifestCipher cipher = TestCiphers.backup(seed);
    return new Seal(cipher::seal, cipher::open, cipher::openDirect);
  }

  private static List<Seal> both() {
    return List.of(audit(1), backup(1));
  }

  private static void refused(ThrowingCallable call) {
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(call)
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_CORRUPTED));
  }

  @Test
  void whatWasSealedOpensInItsPlaceAlone() {
    for (Seal seal : both()) {
      for (byte[] content : new byte[][] {TEXT, new byte[0], new byte[100_000]}) {
        byte[] sealed = seal.seal(content, PLACE);
        assertThat(sealed).hasSize(KEY + Xaes.OVERHEAD_BYTES + content.length);
        assertThat(seal.open(sealed, PLACE)).isEqualTo(content);
        refused(() -> seal.open(sealed, OTHER));
      }
    }
    byte[] sealed = audit(1).seal(TEXT, PLACE);
    refused(() -> audit(2).open(sealed, PLACE));
    refused(() -> backup(1).open(sealed, PLACE));
  }

  @Test
  void aFlippedByteOrAMissingEndIsNoticed() {
    for (Seal seal : both()) {
      byte[] sealed = seal.seal(TEXT, PLACE);
      for (int at = 0; at < sealed.length; at++) {
        byte[] damaged = sealed.clone();
        damaged[at] ^= 1;
        refused(() -> seal.open(damaged, PLACE));
        byte[] cut = Arrays.copyOf(sealed, at);
        refused(() -> seal.open(cut, PLACE));
      }
      refused(() -> seal.open(Arrays.copyOf(sealed, sealed.length + 1), PLACE));
    }
  }

  @Test
  void noFileHasTheKeyOfAnotherEvenInTheSamePlace() {
    for (Seal seal : both()) {
      byte[] one = seal.seal(TEXT, PLACE);
      byte[] two = seal.seal(TEXT, PLACE);
      byte[] mixed = one.clone();
      System.arraycopy(two, 0, mixed, 0, KEY);
      refused(() -> seal.open(mixed, PLACE));
    }
  }

  @Test
  void aKeyOpensInThePlaceThatItWasMadeForAlone() throws GeneralSecurityException {
    FileKeys keys = new FileKeys(clusterKey(1), ClusterKey.Use.AUDIT);
    FileKeys.FileKey key = keys.make(PLACE);
    byte[] sealed = key.seal(TEXT, PLACE);

    assertThat(keys.open(key.wrapped(), PLACE).cipher().decrypt(sealed, PLACE)).isEqualTo(TEXT);
    assertThat(keys.open(key.wrapped(), PLACE).wrapped()).isEqualTo(key.wrapped());
    assertThatExceptionOfType(GeneralSecurityException.class)
        .isThrownBy(() -> keys.open(key.wrapped(), OTHER));
  }

  @Test
  void theSubKeyItselfOpensNoContentAndAKeyIsNone() throws GeneralSecurityException {
    byte[] subKey = clusterKey(1).derive(ClusterKey.Use.AUDIT);
    byte[] former = Xaes.of(subKey).encrypt(new byte[Xaes.KEY_BYTES], PLACE);
    Seal seal = audit(1);
    byte[] sealed = seal.seal(TEXT, PLACE);

    assertThat(seal.openDirect(former, PLACE)).as("of format 1").containsOnly(0);
    refused(() -> seal.openDirect(former, OTHER));
    refused(() -> seal.openDirect(sealed, PLACE));
    refused(() -> seal.openDirect(Arrays.copyOf(sealed, KEY), PLACE));
    refused(() -> seal.openDirect(Arrays.copyOfRange(sealed, KEY, sealed.length), PLACE));
    refused(() -> TestCiphers.audit(1).openKey(former, PLACE));
  }

  @Test
  void theAuditMakesAndOpensKeysAfterTheClusterKeyWasClosed() {
    ClusterKey clusterKey = clusterKey(1);
    AuditCipher cipher = new AuditCipher(clusterKey);
    byte[] before = cipher.seal(TEXT, PLACE);
    clusterKey.close();

    assertThat(cipher.open(before, PLACE)).isEqualTo(TEXT);
    assertThat(cipher.open(cipher.seal(TEXT, OTHER), OTHER)).isEqualTo(TEXT);
    assertThat(cipher.newKey(PLACE).wrapped()).hasSize(BlockCipher.WRAPPED_KEY_BYTES);
  }
}
