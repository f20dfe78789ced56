package io.rekindle.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.keyring.GroupKeyCipher;
import io.rekindle.node.keyring.TestClusterKey;
import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.ignite.spi.IgniteSpiException;
import org.junit.jupiter.api.Test;

class XaesEncryptionSpiTest {
  private static final int PAGE = 4096;
  private static final int DATA = PAGE - 40 - 16;

  private final XaesEncryptionSpi spi = spi(1);
  private final Serializable key = spi.create();

  private static XaesEncryptionSpi spi(int seed) {
    return new XaesEncryptionSpi(new GroupKeyCipher(TestClusterKey.of(seed)));
  }

  @Test
  void aSealedPageLeavesIgniteExactlyItsBlock() {
    assertThat(spi.encryptedSizeNoPadding(DATA)).isEqualTo(PAGE - spi.blockSize());
    ByteBuffer page = ByteBuffer.allocateDirect(PAGE).limit(DATA);
    ByteBuffer sealed = ByteBuffer.allocate(PAGE);
    spi.encryptNoPadding(page, key, sealed);
    assertThat(page.remaining()).isZero();
    assertThat(sealed.position()).isEqualTo(PAGE - spi.blockSize());
    ByteBuffer opened = ByteBuffer.allocateDirect(PAGE);
    spi.decryptNoPadding(sealed.flip(), key, opened);
    assertThat(opened.position()).isEqualTo(DATA);
  }

  @Property(tries = 100)
  void aRecordOpensToWhatItWas(@ForAll @Size(max = 3000) byte[] record) {
    assertThat(spi.decrypt(seal(record), key)).isEqualTo(record);
  }

  @Property(tries = 50)
  void noFlippedBitOpens(
      @ForAll @Size(max = 60) byte[] record, @ForAll @IntRange(max = 7) int bit) {
    byte[] sealed = seal(record);
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= (byte) (1 << bit);
      assertThatExceptionOfType(IgniteSpiException.class)
          .isThrownBy(() -> spi.decrypt(changed, key));
    }
  }

  @Test
  void aGroupDoesNotOpenThePagesOfAnother() {
    byte[] sealed = seal(new byte[100]);
    assertThatExceptionOfType(IgniteSpiException.class)
        .isThrownBy(() -> spi.decrypt(sealed, spi.create()));
  }

  @Test
  void aGroupKeyComesBackOnlyUnderItsPageKey() {
    byte[] wrapped = spi.encryptKey(key);
    assertThat(spi(1).decryptKey(wrapped)).isEqualTo(key).hasSameHashCodeAs(key);
    assertThatExceptionOfType(IgniteSpiException.class)
        .isThrownBy(() -> spi(2).decryptKey(wrapped));
    wrapped[10] ^= 1;
    assertThatExceptionOfType(IgniteSpiException.class).isThrownBy(() -> spi.decryptKey(wrapped));
  }

  @Test
  void rewritingTheKeyListDoesNotWrapAgain() {
    byte[] wrapped = spi.encryptKey(key);
    assertThat(spi.encryptKey(key)).isEqualTo(wrapped);
    assertThat(spi.encryptKey(spi.decryptKey(wrapped))).isEqualTo(wrapped);
  }

  /**
   * Ignite is not told of another cluster key: it writes the same keys, and they are wrapped anew.
   */
  @Test
  void aReplacedClusterKeyWrapsWhatIsWrittenFromThenOnAndOpensAll() {
    ClusterKey cluster = TestClusterKey.of(1);
    XaesEncryptionSpi replaced = new XaesEncryptionSpi(new GroupKeyCipher(cluster));
    Serializable made = replaced.create();
    byte[] before = replaced.encryptKey(made);
    Serializable read = replaced.decryptKey(before);

    TestClusterKey.hold(cluster, 2);
    assertThat(spi.decryptKey(replaced.encryptKey(made))).isEqualTo(made);
    assertThat(
            replaced.decryptKey(
                new XaesEncryptionSpi(new GroupKeyCipher(TestClusterKey.of(1, 2)))
                    .encryptKey(made)))
        .isEqualTo(made);

    TestClusterKey.useLast(cluster);
    for (Serializable key : new Serializable[] {made, read}) {
      byte[] after = replaced.encryptKey(key);
      assertThatExceptionOfType(IgniteSpiException.class).isThrownBy(() -> spi.decryptKey(after));
      assertThat(replaced.decryptKey(after)).isEqualTo(made);
      assertThat(replaced.encryptKey(replaced.decryptKey(after))).isEqualTo(after);
    }
    assertThat(replaced.decryptKey(before)).isEqualTo(made);
    assertThat(replaced.masterKeyDigest()).isEqualTo(spi.masterKeyDigest());
  }

  @Test
  void aGroupKeyIsNeverSerialised() throws Exception {
    try (ObjectOutputStream out = new ObjectOutputStream(new ByteArrayOutputStream())) {
      assertThatExceptionOfType(NotSerializableException.class)
          .isThrownBy(() -> out.writeObject(key));
    }
  }

  @Test
  void theDigestTellsKeysApartAndTheNameIsFixed() {
    assertThat(spi.masterKeyDigest()).isEqualTo(spi(1).masterKeyDigest());
    assertThat(spi.masterKeyDigest()).isNotEqualTo(spi(2).masterKeyDigest());
    assertThatExceptionOfType(IgniteSpiException.class)
        .isThrownBy(() -> spi.setMasterKeyName("another"));
  }

  @Test
  void warmingUpRunsThePathOfPages() {
    assertThat(spi.warmedPages()).isZero();
    spi.warmUp(3);
    assertThat(spi.warmedPages()).isEqualTo(3);
  }

  private byte[] seal(byte[] record) {
    ByteBuffer sealed = ByteBuffer.allocate(spi.encryptedSize(record.length));
    spi.encrypt(ByteBuffer.wrap(record), key, sealed);
    assertThat(sealed.remaining()).isZero();
    return sealed.array();
  }
}
