package io.rekindle.node.bootstrap;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.cluster.EngineFolders;
import io.rekindle.node.cluster.NodeCertificates;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.error.StartRefusedException;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.ignite.Ignite;
import org.apache.ignite.Ignition;
import org.apache.ignite.configuration.CacheConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node does not start on: it says so in one sentence, and has touched nothing. */
class StartRefusalIT {
  private static final String LOCAL_KEY = "keys/local.key";
  private static final String CLUSTER_KEY = "keys/cluster.key";
  private static final String MARK = "keys/folder.mark";

  @TempDir static Path parent;

  /** A node ran here. */
  private static Path folder = Path.of("");

  /** Keys and certificates of another cluster. */
  private static Path foreign = Path.of("");

  private final Map<Path, Saved> changed = new LinkedHashMap<>();

  private record Saved(byte[] content, Set<PosixFilePermission> mode) {}

  @BeforeAll
  static void runOnce() {
    folder = parent.resolve("data");
    foreign = TestNode.init(parent.resolve("foreign"));
    TestNode.start(folder).close();
  }

  @AfterEach
  void putBack() throws IOException {
    for (Map.Entry<Path, Saved> entry : changed.entrySet()) {
      Files.write(entry.getKey(), entry.getValue().content());
      Files.setPosixFilePermissions(entry.getKey(), entry.getValue().mode());
    }
  }

  @Test
  void aMissingKeyFile() throws Exception {
    Files.delete(change(LOCAL_KEY));
    assertRefused("The key file " + path(LOCAL_KEY) + " is missing.");
  }

  @Test
  void aKeyFileThatOthersCanRead() throws Exception {
    Files.setPosixFilePermissions(change(LOCAL_KEY), PosixFilePermissions.fromString("rw-r-----"));
    assertRefused("The key file " + path(LOCAL_KEY) + " is open to others; its mode must be 0600.");
  }

  @Test
  void aTruncatedKeyFile() throws Exception {
    Path key = change(LOCAL_KEY);
    Files.write(key, Arrays.copyOf(Files.readAllBytes(key), 16));
    assertRefused("The key file " + key + " must be 32 bytes long.");
  }

  @Test
  void aKeyFileOfAnotherFolder() throws Exception {
    takeForeign(LOCAL_KEY);
    assertRefused(notWrapped());
  }

  @Test
  void aClusterKeyFileOfAnotherFolder() throws Exception {
    takeForeign(CLUSTER_KEY);
    assertRefused(notWrapped());
  }

  @Test
  void aTruncatedClusterKeyFile() throws Exception {
    Path key = change(CLUSTER_KEY);
    Files.write(key, Arrays.copyOf(Files.readAllBytes(key), 40));
    assertRefused("The cluster key file " + key + " is damaged.");
  }

  @Test
  void bothKeyFilesOfAnotherFolder() throws Exception {
    takeForeign(LOCAL_KEY);
    takeForeign(CLUSTER_KEY);
    assertRefused("The data beside " + path(MARK) + " was written under another cluster key.");
  }

  @Test
  void dataWithoutItsMark() throws Exception {
    takeForeign(LOCAL_KEY);
    takeForeign(CLUSTER_KEY);
    Files.delete(change(MARK));
    assertRefused("The folder mark " + path(MARK) + " is missing, but there is data beside it.");
  }

  @Test
  void aCertificateOfTheDoorThatHasExpired() throws Exception {
    Path old = parent.resolve("old");
    Instant then = Instant.now().minus(Duration.ofDays(900));
    NodeCertificates.create(
        old, UUID.randomUUID(), List.of(), then, NodeCertificates.Validity.DEFAULT);
    take(old.resolve("server.crt"), "tls/server.crt");
    take(old.resolve("server.key"), "tls/server.key");
    assertRefused("The certificate " + path("tls/server.crt") + " has expired.");
  }

  @Test
  void aKeyOfAnotherDoor() throws Exception {
    takeForeign("tls/server.key");
    assertRefused(
        "The TLS key file "
            + path("tls/server.key")
            + " does not belong to the certificate "
            + path("tls/server.crt")
            + ".");
  }

  @Test
  void aKeyOfTheConfigurationThatThereIsNot() throws Exception {
    configure("rekindle.ignite.swap-path=/swap");
    assertRefused("The configuration key rekindle.ignite.swap-path is unknown.");
    configure("spring.port=1");
    assertRefused("The configuration key spring.port is unknown.");
  }

  @Test
  void aMalformedConfiguration() throws Exception {
    configure("rekindle.door.port=many");
    assertRefused("The configuration key rekindle.door.port is missing or has a malformed value.");
    configure("rekindle.door.host=\\uXYZ0");
    assertRefused("The file " + path(NodeConfigLoader.FILE) + " has a malformed \\u escape.");
  }

  @Test
  void cachesInClear() throws Exception {
    Path other = parent.resolve("with-caches-in-clear");
    try (TestNode _ = TestNode.start(other)) {
      String name = "rekindle-" + Files.readString(other.resolve("node.id"), US_ASCII);
      Ignite ignite = Ignition.ignite(name);
      ignite.createCache(new CacheConfiguration<String, String>("clear"));
      ignite.createCache(new CacheConfiguration<String, String>("also").setGroupName("group"));
    }
    assertRefused(other, "These caches are not encrypted: also, clear.");
  }

  @Test
  void aDescriptionOfACacheThatIsCut() throws Exception {
    Path description = description();
    Files.write(description, Arrays.copyOf(Files.readAllBytes(description), 100));
    assertRefused("The description of a cache, " + description + ", is damaged.");
  }

  @Test
  void aDescriptionOfACacheThatIsAnotherObject() throws Exception {
    Path description = description();
    try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(description))) {
      out.writeObject("no cache");
    }
    assertRefused("The description of a cache, " + description + ", is damaged.");
  }

  @Test
  void pagesThatAreGoneOrAnothers() throws Exception {
    Path pages = path("ignite/db");
    String id = Files.readString(path("node.id"), US_ASCII).strip();
    String sentence =
        "The pages in "
            + pages
            + " are not those of the node "
            + id
            + ", or are gone: put them back. If they are lost, take the node out by `rekindle"
            + " cluster remove "
            + id
            + "`, and add a new one, made by `rekindle node init --join`; a node that is alone"
            + " begins with a backup, by `rekindle node restore`.";
    Path aside = Files.move(pages, parent.resolve("pages-aside"));
    Files.createDirectory(pages);
    assertRefused(sentence);
    Files.delete(pages);
    Files.move(aside, pages);

    Path ignite = path("ignite");
    Files.move(ignite, aside);
    assertRefused(sentence);
    Files.move(aside, ignite);

    String own = folder.relativize(pagesId(pages)).toString();
    Files.writeString(change(own), UUID.randomUUID().toString());
    assertRefused(sentence);
  }

  @Test
  void pagesOfAnEarlierReleaseGetTheirId() throws Exception {
    Path other = parent.resolve("of-an-earlier-release");
    TestNode.start(other).close();
    Files.delete(other.resolve("pages.id"));
    Files.delete(pagesId(other.resolve("ignite/db")));
    TestNode.start(other).close();
    assertThat(pagesId(other.resolve("ignite/db")))
        .hasSameBinaryContentAs(other.resolve("pages.id"));
  }

  private static Path pagesId(Path pages) throws IOException {
    try (Stream<Path> files = Files.find(pages, 2, (file, _) -> file.endsWith("pages.id"))) {
      return files.findFirst().orElseThrow();
    }
  }

  @Test
  void aSecondProcessOnTheFolderEndsWithCode1() throws Exception {
    try (EngineFolders _ = EngineFolders.open(folder)) {
      assertProcessRefused("Another node is running on the data folder " + folder + ".");
    }
  }

  @Test
  void aProcessThatIsRefusedEndsWithCode1() throws Exception {
    configure("rekindle.dor.port=1");
    assertProcessRefused("The configuration key rekindle.dor.port is unknown.");
  }

  private static void assertRefused(String sentence) throws IOException {
    assertRefused(folder, sentence);
  }

  /** In one sentence, with everything as it was. */
  static void assertRefused(Path folder, String sentence) throws IOException {
    // What a start that goes on removes first.
    Files.writeString(folder.resolve("tmp").resolve("left-behind"), "by an earlier process");
    Map<String, String> before = FolderListing.of(folder);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(
            () ->
                NodeShell.open(() -> NodeConfigLoader.load(folder, Map.of()), (_, _) -> {}).close())
        .withMessage(sentence);
    assertThat(FolderListing.of(folder)).isEqualTo(before);
  }

  private static void assertProcessRefused(String sentence) throws IOException {
    Map<String, String> before = FolderListing.of(folder);
    NodeChild.Ended ended = NodeChild.startRefused(folder, Map.of());
    assertThat(ended.exitCode()).isEqualTo(NodeMain.REFUSED);
    // The JVM itself says that its module of vectors is an incubating one.
    assertThat(ended.said())
        .filteredOn(line -> !line.startsWith("WARNING: Using incubator modules"))
        .containsExactly(sentence);
    assertThat(FolderListing.of(folder)).isEqualTo(before);
  }

  private static String notWrapped() {
    return "The cluster key file "
        + path(CLUSTER_KEY)
        + " was not wrapped by this key, or is damaged: local key file "
        + path(LOCAL_KEY)
        + " (for development).";
  }

  /** Of some cache, about to be changed. */
  private Path description() throws IOException {
    try (Stream<Path> files =
        Files.find(folder, 5, (path, _) -> path.toString().endsWith("cache_data.dat"))) {
      return change(folder.relativize(files.findFirst().orElseThrow()).toString());
    }
  }

  private void configure(String line) throws IOException {
    Path file = change(NodeConfigLoader.FILE);
    Saved before = requireNonNull(changed.get(file));
    Files.writeString(file, new String(before.content(), US_ASCII) + line + "\n");
  }

  private void takeForeign(String name) throws IOException {
    take(foreign.resolve(name), name);
  }

  private void take(Path from, String name) throws IOException {
    Files.copy(
        from,
        change(name),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.COPY_ATTRIBUTES);
  }

  /** Remembers a file as it is, before a test changes it. */
  private Path change(String name) throws IOException {
    Path file = path(name);
    if (!changed.containsKey(file)) {
      changed.put(file, new Saved(Files.readAllBytes(file), Files.getPosixFilePermissions(file)));
    }
    return file;
  }

  private static Path path(String name) {
    return folder.resolve(name);
  }
}
