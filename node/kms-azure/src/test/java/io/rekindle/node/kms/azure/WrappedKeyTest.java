package io.rekindle.node.kms.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Random;
import java.util.zip.CRC32C;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two formats that are of our own: what is given to the service, and what is kept. */
class WrappedKeyTest {
  private static final String VERSION = "0123456789abcdef0123456789abcdef";
  private static final String VAULT = "https://example.vault.azure.net";
  private static final byte[] DATA = {1, 2, 3};

  private static byte[] random(int bytes) {
    byte[] random = new byte[bytes];
    new Random().nextBytes(random);
    return random;
  }

  private static void assertForeign(ThrowingCallable call) {
    assertThatExceptionOfType(KeyManagementException.class)
        .isThrownBy(call)
        .satisfies(e -> assertThat(e.probe()).isEqualTo(Probe.OK));
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 384, 512, 1024})
  void whatIsKeptIsReadAgain(int bytes) {
    byte[] wrapped = random(bytes);
    byte[] envelope = new WrappedKey(VERSION, wrapped).encode(VAULT, "Rekindle-1");
    WrappedKey read = WrappedKey.decode(envelope, VAULT, "rekindle-1");
    assertThat(read.version()).isEqualTo(VERSION);
    assertThat(read.bytes()).isEqualTo(wrapped);
    assertThat(read.isElsewhere()).isFalse();
    assertThat(WrappedKey.decode(envelope, VAULT + ":443", "rekindle-1").isElsewhere()).isFalse();
    assertThat(
            WrappedKey.decode(envelope, "https://other.vault.azure.net", "rekindle-1")
                .isElsewhere())
        .isTrue();
  }

  @Test
  void whatIsKeptIsWrittenAsItIsSaidToBe() throws Exception {
    byte[] envelope = new WrappedKey(VERSION, new byte[256]).encode(VAULT, "k");
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(VAULT.getBytes(StandardCharsets.US_ASCII));
    assertThat(Arrays.copyOf(envelope, 40))
        .asHexString()
        .isEqualTo(
            "414B5632016B"
                + HexFormat.of().withUpperCase().formatHex(digest, 0, 16)
                + VERSION.toUpperCase(Locale.ROOT)
                + "0100");
    assertThat(envelope).hasSize(40 + 256 + 4);
  }

  @Test
  void whatWasKeptByEarlierBuildsIsReadAndIsOfNoOtherVault() {
    byte[] wrapped = random(256);
    byte[] envelope = withoutVault(VERSION, wrapped, "k");
    WrappedKey read = WrappedKey.decode(envelope, VAULT, "k");
    assertThat(read.version()).isEqualTo(VERSION);
    assertThat(read.bytes()).isEqualTo(wrapped);
    assertThat(read.isElsewhere()).isFalse();
    for (int i = 0; i < envelope.length; i++) {
      byte[] damaged = envelope.clone();
      damaged[i] ^= 0x10;
      assertForeign(() -> WrappedKey.decode(damaged, VAULT, "k"));
    }
  }

  /** As earlier builds kept it. */
  static byte[] withoutVault(String version, byte[] wrapped, String key) {
    byte[] envelope = new byte[4 + 1 + key.length() + 16 + 2 + wrapped.length + 4];
    CRC32C sum = new CRC32C();
    ByteBuffer out =
        ByteBuffer.wrap(envelope)
            .put("AKV1".getBytes(StandardCharsets.US_ASCII))
            .put((byte) key.length())
            .put(key.getBytes(StandardCharsets.US_ASCII))
            .put(HexFormat.of().parseHex(version))
            .putShort((short) wrapped.length)
            .put(wrapped);
    sum.update(envelope, 0, envelope.length - 4);
    out.putInt((int) sum.getValue());
    return envelope;
  }

  @Test
  void anyDamageIsFound() {
    byte[] envelope = new WrappedKey(VERSION, random(256)).encode(VAULT, "rekindle");
    for (int i = 0; i < envelope.length; i++) {
      byte[] damaged = envelope.clone();
      damaged[i] ^= 0x10;
      assertForeign(() -> WrappedKey.decode(damaged, VAULT, "rekindle"));
      byte[] cut = Arrays.copyOf(envelope, i);
      assertForeign(() -> WrappedKey.decode(cut, VAULT, "rekindle"));
    }
    assertForeign(() -> WrappedKey.decode(Arrays.copyOf(envelope, 5_000), VAULT, "rekindle"));
  }

  @Test
  void whatIsTooShortOrTooLongIsNothingThatRsaWrapped() {
    for (int bytes : new int[] {0, 255, 1025, 40_000}) {
      byte[] envelope = new WrappedKey(VERSION, new byte[bytes]).encode(VAULT, "rekindle");
      assertForeign(() -> WrappedKey.decode(envelope, VAULT, "rekindle"));
    }
  }

  @Test
  void aKeyIsPartedFromTheDataThatItWasJoinedWithAlone() {
    byte[] key = random(32);
    byte[] joined = BoundKey.join(key, DATA);
    assertThat(BoundKey.part(joined, DATA)).isEqualTo(key);
    assertForeign(() -> BoundKey.part(joined, new byte[0]));
    assertForeign(() -> BoundKey.part(joined, new byte[] {1, 2, 3, 0}));
    for (int i = 0; i < joined.length; i++) {
      byte[] altered = joined.clone();
      altered[i] ^= 1;
      assertForeign(() -> BoundKey.part(altered, DATA));
      byte[] cut = Arrays.copyOf(joined, i);
      assertForeign(() -> BoundKey.part(cut, DATA));
    }
    assertForeign(() -> BoundKey.part(Arrays.copyOf(joined, joined.length + 1), DATA));
    assertForeign(() -> BoundKey.part(new byte[256], DATA));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 15, 65, 300})
  void keysOfOtherLengthsAreNoneOfOurs(int bytes) {
    assertThatIllegalArgumentException().isThrownBy(() -> BoundKey.join(new byte[bytes], DATA));
  }
}
