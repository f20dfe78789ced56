package io.rekindle.node.keyring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.crypto.tink.subtle.AesGcmHkdfStreaming;
import io.rekindle.node.kms.Xaes;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.SliceId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SliceFileCipherTest {
  private static final NamespaceId SPACE = NamespaceId.of(new UUID(7, 64));
  private static final NamespaceId OTHER = NamespaceId.of(new UUID(7, 128));

  /** A little over two segments. */
  private static final byte[] CONTENT = content(150_000);

  private final MapKeySource source = new MapKeySource();
  private final Keyring keyring = new Keyring(KeyringTest.clusterKey(1), source, new NoTenants());

  SliceFileCipherTest() {
    source.namespaces.put(
        SPACE,
        new WrappedKey(NamespacePath.parse("root"), keyring.newWrappedNamespaceKey(SPACE, null)));
    source.namespaces.put(
        OTHER,
        new WrappedKey(NamespacePath.parse("root"), keyring.newWrappedNamespaceKey(OTHER, null)));
  }

  private static byte[] content(int length) {
    byte[] bytes = new byte[length];
    new Random(1).nextBytes(bytes);
    return bytes;
  }

  private SliceFileCipher cipher(NamespaceId namespace, int ordinal) {
    return new SliceFileCipher(keyring, SliceId.of(namespace, ordinal));
  }

  private byte[] seal(byte[] content) throws IOException {
    ByteArrayOutputStream sealed = new ByteArrayOutputStream();
    try (OutputStream out = cipher(SPACE, 1).sealing(sealed, "_0.doc")) {
      out.write(content);
    }
    return sealed.toByteArray();
  }

  private static byte[] open(SliceFileCipher cipher, byte[] sealed, String name)
      throws IOException {
    try (InputStream in = cipher.opening(new ByteArrayInputStream(sealed), name)) {
      return in.readAllBytes();
    }
  }

  private void refused(SliceFileCipher cipher, byte[] sealed, String name) {
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> open(cipher, sealed, name));
  }

  @Test
  void whatWasSealedOpens() throws IOException {
    for (byte[] content : new byte[][] {CONTENT, new byte[0], {1}}) {
      assertThat(open(cipher(SPACE, 1), seal(content), "_0.doc")).isEqualTo(content);
    }
  }

  @Test
  void itOpensUnderNoOtherNameSliceNamespaceOrCluster() throws IOException {
    byte[] sealed = seal(CONTENT);
    Keyring foreign = new Keyring(KeyringTest.clusterKey(2), source, new NoTenants());

    refused(cipher(SPACE, 1), sealed, "_1.doc");
    refused(cipher(SPACE, 2), sealed, "_0.doc");
    refused(cipher(OTHER, 1), sealed, "_0.doc");
    assertThatExceptionOfType(Exception.class)
        .isThrownBy(
            () -> open(new SliceFileCipher(foreign, SliceId.of(SPACE, 1)), sealed, "_0.doc"));
  }

  /** Of a release whose files had their keys sealed by the namespace's alone. */
  @Test
  void aFileOfTheFirstFormatOpens() throws Exception {
    byte[] key = TestClusterKey.secret(9);
    byte[] envelope =
        keyring.seal(SPACE, EnvelopeContext.fileKey(SliceId.of(SPACE, 1).value()), key);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(
        ByteBuffer.allocate(5 + envelope.length)
            .put((byte) 1)
            .putInt(envelope.length)
            .put(envelope)
            .array());
    byte[] place = "_0.doc\u0001".getBytes(StandardCharsets.UTF_8);
    try (OutputStream out =
        new AesGcmHkdfStreaming(key, "HmacSha256", 32, 64 * 1024, 0)
            .newEncryptingStream(file, place)) {
      out.write(CONTENT);
    }
    assertThat(open(cipher(SPACE, 1), file.toByteArray(), "_0.doc")).isEqualTo(CONTENT);
  }

  /** Somebody has the former cluster key, and with it the namespace's key. */
  @Test
  void aFileThatWasMadeAfterTheClusterKeyWasReplacedDoesNotOpenUnderTheFormer() throws Exception {
    ClusterKey cluster = TestClusterKey.of(1);
    MapKeySource keys = new MapKeySource();
    Keyring ours = new Keyring(cluster, keys, new NoTenants());
    keys.namespaces.put(
        SPACE,
        new WrappedKey(NamespacePath.parse("root"), ours.newWrappedNamespaceKey(SPACE, null)));
    SliceFileCipher before = new SliceFileCipher(ours, SliceId.of(SPACE, 1));
    SliceFileCipher theirs =
        new SliceFileCipher(
            new Keyring(TestClusterKey.of(1), keys, new NoTenants()), SliceId.of(SPACE, 1));
    byte[] old = seal(before);
    TestClusterKey.use(cluster, 2);
    byte[] made = seal(before);
    assertThat(open(theirs, old, "_0.doc")).isEqualTo(CONTENT);
    refused(theirs, made, "_0.doc");
    assertThat(open(before, old, "_0.doc")).isEqualTo(CONTENT);
    assertThat(open(before, made, "_0.doc")).isEqualTo(CONTENT);
  }

  private static byte[] seal(SliceFileCipher cipher) throws IOException {
    ByteArrayOutputStream sealed = new ByteArrayOutputStream();
    try (OutputStream out = cipher.sealing(sealed, "_0.doc")) {
      out.write(CONTENT);
    }
    return sealed.toByteArray();
  }

  @Test
  void aFlippedByteOrAMissingEndIsNoticed() throws IOException {
    byte[] sealed = seal(CONTENT);
    for (int at = 0; at < sealed.length; at += at < 200 ? 1 : 9_973) {
      byte[] damaged = sealed.clone();
      damaged[at] ^= 1;
      refused(cipher(SPACE, 1), damaged, "_0.doc");
    }
    for (int length = 0; length < sealed.length; length += length < 200 ? 1 : 9_973) {
      refused(cipher(SPACE, 1), Arrays.copyOf(sealed, length), "_0.doc");
    }
    refused(cipher(SPACE, 1), Arrays.copyOf(sealed, sealed.length + 1), "_0.doc");
  }

  @Test
  void noFileHasTheKeyOfAnother() throws IOException {
    byte[] one = seal("a secret".getBytes(StandardCharsets.UTF_8));
    byte[] two = seal("a secret".getBytes(StandardCharsets.UTF_8));

    assertThat(one).isNotEqualTo(two).hasSameSizeAs(two);
    int head = 5 + Envelope.OVERHEAD_BYTES + 32 + Xaes.OVERHEAD_BYTES;
    byte[] mixed = one.clone();
    System.arraycopy(two, head, mixed, head, two.length - head);
    refused(cipher(SPACE, 1), mixed, "_0.doc");
  }
}
