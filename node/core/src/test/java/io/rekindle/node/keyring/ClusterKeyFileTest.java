package io.rekindle.node.keyring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.LocalKeyManagementService;
import io.rekindle.node.kms.SecretFiles;
import io.rekindle.node.kms.Xaes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterKeyFileTest {
  private static final UUID CLUSTER = UUID.randomUUID();

  @TempDir Path folder;

  private KeyManagementService kms;
  private Path file;

  @BeforeEach
  void createKeys() throws IOException {
    kms = local("local.key");
    file = folder.resolve("cluster.key");
  }

  private KeyManagementService local(String name) throws IOException {
    LocalKeyManagementService.create(folder.resolve(name));
    return new LocalKeyManagementService(folder.resolve(name));
  }

  @Test
  void aReopenedFileDerivesTheSameKeys() throws Exception {
    ClusterKey made = ClusterKeyFile.create(file, kms, CLUSTER);
    ClusterKey opened = ClusterKeyFile.open(file, kms);
    assertThat(opened.clusterId()).isEqualTo(CLUSTER);
    for (ClusterKey.Use use : ClusterKey.Use.values()) {
      assertThat(opened.derive(use)).isEqualTo(made.derive(use)).hasSize(32);
    }
  }

  /** What would be derived from zeros anybody can derive. */
  @Test
  void nothingIsDerivedFromAClosedKeyAndItIsWrappedByNobody() throws Exception {
    ClusterKey key = ClusterKeyFile.create(file, kms, CLUSTER);
    key.close();
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> key.derive(ClusterKey.Use.PAGE));
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> WrappedClusterKey.of(key, kms));
  }

  @Test
  void everyUseHasItsOwnKey() throws Exception {
    ClusterKey key = ClusterKeyFile.create(file, kms, CLUSTER);
    Set<String> derived = new HashSet<>();
    for (ClusterKey.Use use : ClusterKey.Use.values()) {
      derived.add(HexFormat.of().formatHex(key.derive(use)));
    }
    assertThat(derived).hasSize(ClusterKey.Use.values().length);
  }

  @Test
  void theKeyItselfIsNotInTheFile() throws Exception {
    ClusterKeyFile.create(file, kms, CLUSTER);
    int header = 21 + 1;
    int sealed = 2 + Xaes.OVERHEAD_BYTES;
    assertThat(Files.readAllBytes(file)).hasSize(header + sealed + 2 + 32 + Xaes.OVERHEAD_BYTES);
  }

  /** Before the first start nothing but the file itself can tell. */
  @Test
  void aProviderThatUnwrapsToAnotherKeyIsNotBelieved() throws Exception {
    ClusterKeyFile.create(file, kms, CLUSTER);
    byte[] before = Files.readAllBytes(file);
    Confused confused = new Confused(kms);
    for (int bytes : new int[] {ClusterKey.BYTES, ClusterKey.BYTES - 1, 0}) {
      confused.gives = new byte[bytes];
      assertThatExceptionOfType(StartRefusedException.class)
          .isThrownBy(() -> ClusterKeyFile.open(file, confused))
          .withMessage(
              "The cluster key file "
                  + file
                  + " was not wrapped by this key, or is damaged: a key of a test"
                  + " (what was wrapped is unwrapped to another key).");
      assertThatExceptionOfType(KeyManagementException.class)
          .isThrownBy(() -> WrappedClusterKey.read(file).rewrapped(confused, _ -> {}));
      assertThatExceptionOfType(KeyManagementException.class)
          .isThrownBy(() -> WrappedClusterKey.read(file).takenOverBy(confused, kms, _ -> {}));
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void noKeyIsMadeThatIsUnwrappedToAnother() throws Exception {
    Confused confused = new Confused(kms);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> ClusterKeyFile.create(file, confused, CLUSTER))
        .withMessage(
            "The customer's key does not wrap: a key of a test"
                + " (what was wrapped is unwrapped to another key).");
    assertThat(file).doesNotExist();
  }

  /** Gives another key's data. */
  private static final class Confused implements KeyManagementService {
    private final KeyManagementService key;
    private byte[] gives = new byte[ClusterKey.BYTES];

    Confused(KeyManagementService key) {
      this.key = key;
    }

    @Override
    public byte[] wrap(byte[] secret, byte[] associatedData) {
      return key.wrap(secret, associatedData);
    }

    @Override
    public byte[] unwrap(byte[] wrapped, byte[] associatedData) {
      return gives.clone();
    }

    @Override
    public String describe() {
      return "a key of a test";
    }

    @Override
    public void close() {}
  }

  /** As earlier builds wrote them: with nothing that tells whether the key is right. */
  @Test
  void aFileOfAFormerFormatIsReadAndHasASealWhenItIsWrappedAnew() throws Exception {
    byte[] secret = new byte[ClusterKey.BYTES];
    Arrays.fill(secret, (byte) 7);
    byte[] label = "rekindle cluster key".getBytes(StandardCharsets.US_ASCII);
    byte[] wrapping = kms.wrap(secret, Parts.join(label, new byte[] {1}, Parts.of(CLUSTER)));
    KeyManagementService next = local("next.key");
    try (ClusterKey key = new ClusterKey(CLUSTER, secret)) {
      for (byte[] former : List.of(former(1, wrapping), former(2, length(wrapping), wrapping))) {
        for (int way = 0; way < 3; way++) {
          SecretFiles.write(file, former);
          assertThat(ClusterKeyFile.open(file, kms).isSame(key)).isTrue();
          WrappedClusterKey read = WrappedClusterKey.read(file);
          WrappedClusterKey sealed =
              switch (way) {
                case 0 -> read.rewrapped(kms, _ -> {});
                case 1 -> read.takenOverBy(next, kms, _ -> {});
                default -> read.using(key, key.generation());
              };
          sealed.write();
          assertThat(Files.readAllBytes(file)[4]).isEqualTo((byte) 3);
          assertThat(ClusterKeyFile.open(file, kms).isSame(key)).isTrue();
          assertThatExceptionOfType(StartRefusedException.class)
              .isThrownBy(() -> ClusterKeyFile.open(file, new Confused(kms)));
        }
      }
    }
  }

  private static byte[] former(int format, byte[]... parts) {
    byte[] header = "RKCK".getBytes(StandardCharsets.US_ASCII);
    return together(header, new byte[] {(byte) format}, Parts.of(CLUSTER), together(parts));
  }

  private static byte[] together(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    List.of(parts).forEach(all::writeBytes);
    return all.toByteArray();
  }

  private static byte[] length(byte[] part) {
    return new byte[] {(byte) (part.length >>> Byte.SIZE), (byte) part.length};
  }

  /** What is sealed can't be left out, as in a former format. */
  @Test
  void aFileWithoutItsSealIsDamaged() throws Exception {
    ClusterKeyFile.create(file, kms, CLUSTER);
    byte[] content = Files.readAllBytes(file);
    int seal = 22;
    byte[] cut =
        together(
            Arrays.copyOf(content, seal),
            new byte[2],
            Arrays.copyOfRange(content, seal + 2 + Xaes.OVERHEAD_BYTES, content.length));
    SecretFiles.write(file, cut);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> ClusterKeyFile.open(file, kms))
        .withMessage("The cluster key file " + file + " is damaged.");
  }

  @Test
  void anotherKeyFileIsRefusedAndNothingTouched() throws Exception {
    ClusterKeyFile.create(file, kms, CLUSTER);
    byte[] before = Files.readAllBytes(file);
    KeyManagementService other = local("other.key");
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> ClusterKeyFile.open(file, other))
        .withMessage(
            "The cluster key file "
                + file
                + " was not wrapped by this key, or is damaged: "
                + other.describe()
                + ".");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void noChangedByteIsAccepted() throws Exception {
    ClusterKeyFile.create(file, kms, CLUSTER);
    byte[] content = Files.readAllBytes(file);
    for (int i = 0; i < content.length; i++) {
      byte[] changed = content.clone();
      changed[i] ^= 1;
      SecretFiles.write(file, changed);
      assertThatExceptionOfType(StartRefusedException.class)
          .isThrownBy(() -> ClusterKeyFile.open(file, kms));
    }
    SecretFiles.write(file, Arrays.copyOf(content, 12));
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> ClusterKeyFile.open(file, kms))
        .withMessage("The cluster key file " + file + " is not a cluster key file.");
  }

  @Test
  void aClusterKeyIsNeverReplaced() throws Exception {
    ClusterKeyFile.create(file, kms, CLUSTER);
    assertThatExceptionOfType(FileAlreadyExistsException.class)
        .isThrownBy(() -> ClusterKeyFile.create(file, kms, CLUSTER));
  }

  @Test
  void aFolderMarkedByOneClusterKeyRefusesAnother() throws Exception {
    Path mark = folder.resolve("folder.mark");
    ClusterKey key = ClusterKeyFile.create(file, kms, CLUSTER);
    FolderMark.create(mark, key);
    FolderMark.check(mark, key);
    ClusterKey other = ClusterKeyFile.create(folder.resolve("other-cluster.key"), kms, CLUSTER);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> FolderMark.check(mark, other))
        .withMessage("The data beside " + mark + " was written under another cluster key.");
  }
}
