package io.rekindle.node.bootstrap;

import static io.rekindle.node.endpoint.grpc.GrpcTestDoor.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.cluster.FreePort;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.contract.TestDoor.Refused;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.LocalKeyManagementService;
import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.Backup;
import io.rekindle.v1.BackupServiceGrpc;
import io.rekindle.v1.BackupServiceGrpc.BackupServiceBlockingStub;
import io.rekindle.v1.ClusterServiceGrpc;
import io.rekindle.v1.CreateBackupRequest;
import io.rekindle.v1.DeleteBackupRequest;
import io.rekindle.v1.ListBackupsRequest;
import io.rekindle.v1.RotateGroupKeysRequest;
import io.rekindle.v1.SearchMode;
import io.rekindle.v1.VerifyBackupRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.ignite.Ignition;
import org.apache.ignite.internal.IgniteEx;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node's backup becomes a cluster of three, whose backup becomes one node again. */
@TestMethodOrder(OrderAnnotation.class)
@Timeout(300)
class BackupIT {
  private static final String FIRST = "first";
  private static final String SECOND = "second";
  private static final Duration PAUSE = Duration.ofMillis(50);

  /** Some pages in a second, so that sealing anew goes on until the test lets it end. */
  private static final double SLOW_MEGABYTES = 0.03;

  @TempDir static Path parent;

  private static final Canaries canaries = new Canaries();
  private static final List<TestNode> three = new ArrayList<>();
  private static Path source = Path.of("");
  private static Path backup = Path.of("");
  private static Path localKey = Path.of("");
  private static String adminKey = "";
  private static String sourceId = "";
  private static Backup made = Backup.getDefaultInstance();
  private static Map<String, String> before = Map.of();

  @BeforeAll
  static void makeOne() throws IOException {
    source = parent.resolve("a");
    try (TestNode node = TestNode.start(source)) {
      adminKey = node.adminKey();
      sourceId = Files.readString(source.resolve("node.id")).strip();
      try (Tenancy tenancy = new Tenancy(node.port(), source, adminKey)) {
        tenancy.fill(canaries);
        // Of a node that runs: a backup is of the key that wraps the cluster key when it is made.
        KeyChange.move(source, Map.of("rekindle.keys.local-key-file", "keys/moved.key"));
        Files.delete(source.resolve("keys/local.key"));
        before = tenancy.everything();
        rotateGroupKeys(tenancy);
        made = createWhenSealed(tenancy);
        tenancy.store(Tenancy.MEANING, "after the backup");

        assertThat(problems(tenancy, FIRST)).isEmpty();
        assertThat(list(tenancy)).containsExactly(made);
        assertThat(reasonOf(() -> create(tenancy, FIRST))).isEqualTo("BACKUP_EXISTS");
        assertThat(reasonOf(() -> create(tenancy, "../up"))).isEqualTo("INVALID_ARGUMENT");
        assertThat(reasonOf(() -> problems(tenancy, "none"))).isEqualTo("BACKUP_NOT_FOUND");
      }
    }
    localKey = source.resolve("keys/moved.key");
    backup = source.resolve("backups/" + FIRST);
  }

  @AfterAll
  static void stop() {
    three.forEach(TestNode::close);
  }

  @Test
  @Order(1)
  void nothingInItCanBeReadAndNothingIsDerived() throws IOException {
    assertThat(canaries.find(backup)).isEmpty();
    try (Stream<Path> files = Files.walk(backup)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .doesNotContain("index.bin", "metastorage", "index", "words", "vectors")
          .contains("manifest", sourceId);
    }
    assertThat(made.getNodeIdsList()).containsExactly(sourceId);
    assertThat(source.resolve("ignite/snapshots")).isEmptyDirectory();
  }

  @Test
  @Order(2)
  void aFolderThatHoldsSomethingIsLeftAsItIs() throws IOException {
    Path full = Files.createDirectory(parent.resolve("full"));
    Files.writeString(full.resolve("something"), "mine");
    assertThat(refusal(full, backup, localKey)).isEqualTo("The folder " + full + " is not empty.");
    assertThat(full).isDirectoryContaining(file -> file.endsWith("something"));
    assertThat(refusal(source, backup, localKey)).contains("is not empty");
  }

  @Test
  @Order(3)
  void aBackupOfAnotherKeyIsRefusedAndNothingIsMade() throws IOException {
    Path foreign = parent.resolve("foreign.key");
    LocalKeyManagementService.create(foreign);
    Path folder = parent.resolve("refused");
    assertThat(refusal(folder, backup, foreign)).contains("was not wrapped by this key");
    assertThat(refusal(folder, backup, null)).contains("--local-key is missing");
    assertThat(folder).doesNotExist();
  }

  @Test
  @Order(4)
  void aDamagedBackupIsRefusedByNameAndNothingIsMade() throws IOException {
    Path folder = parent.resolve("refused");
    Path file = pagesIn(backup);
    byte[] bytes = Files.readAllBytes(file);
    byte[] flipped = bytes.clone();
    flipped[bytes.length / 2] ^= 1;
    Files.write(file, flipped);
    try {
      assertThat(refusal(folder, backup, localKey))
          .contains("is no whole backup: " + backup.relativize(file) + " was altered");
    } finally {
      Files.write(file, bytes);
    }
    Path manifest = backup.resolve("manifest");
    byte[] whole = Files.readAllBytes(manifest);
    Files.delete(manifest);
    try {
      assertThat(refusal(folder, backup, localKey)).contains("the manifest is missing");
    } finally {
      Files.write(manifest, whole);
    }
    assertThat(folder).doesNotExist();
  }

  @Test
  @Order(5)
  void aFolderThatWasNotMadeToTheEndDoesNotStart() throws IOException {
    Path folder = parent.resolve("half");
    Path sealed = Files.createDirectory(parent.resolve("sealed"));
    // What can't be made cuts it short: a folder is where a file has to be.
    Map<String, String> properties = new HashMap<>(TestNode.properties());
    properties.put("rekindle.keys.cluster-key-file", sealed.toString());
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> NodeRestore.create(folder, backup, localKey, List.of(), properties));
    assertThat(folder.resolve("keys/local.key")).exists();
    // Whatever else is missing, even if nothing is: an operator may have put it there.
    for (boolean complete : new boolean[] {false, true}) {
      if (complete) {
        copy(source.resolve("keys"), folder.resolve("keys"));
        copy(source.resolve("tls"), folder.resolve("tls"));
        Files.copy(
            source.resolve(NodeConfigLoader.FILE),
            folder.resolve(NodeConfigLoader.FILE),
            StandardCopyOption.REPLACE_EXISTING);
      }
      String half =
          "The folder "
              + folder
              + " is half made, by a `rekindle node restore` that was cut short: delete it, and"
              + " restore again.";
      assertThatExceptionOfType(StartRefusedException.class)
          .isThrownBy(() -> TestNode.start(folder).close())
          .withMessage(half);
      assertThat(refusal(folder, backup, localKey)).isEqualTo(half);
    }
  }

  @Test
  @Order(5)
  void threeNodesBeginWithTheBackupOfOne() throws Exception {
    List<Integer> ports = FreePort.several("127.0.0.1", 3);
    Path first = parent.resolve("b0");
    NodeRestore.create(first, backup, localKey, List.of(), properties(ports, 0));
    for (int i = 1; i < 3; i++) {
      NodeRestore.join(parent.resolve("b" + i), backup, first, List.of(), properties(ports, i));
    }
    List<CompletableFuture<TestNode>> starts = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      starts.add(starting(parent.resolve("b" + i)));
    }
    starts.forEach(start -> three.add(start.join()));
    List<AuditRecord> chains = new ArrayList<>();
    for (TestNode node : three) {
      chains.addAll(assertRestored(node, FIRST));
    }
    assertThat(chains)
        .as("the chains that one of the nodes has walked for all")
        .extracting(AuditRecord::getPeer)
        .containsExactly("backup first node " + sourceId);
  }

  @Test
  @Order(6)
  void theBackupOfThreeNodesHasAllTheirParts() throws Exception {
    TestNode node = three.get(1);
    try (Tenancy tenancy = new Tenancy(node.port(), node.folder(), adminKey)) {
      before = tenancy.everything();
      Backup second = create(tenancy, SECOND);
      assertThat(second.getNodeIdsList()).hasSize(3);
      assertThat(problems(tenancy, SECOND)).isEmpty();
      create(tenancy, "third");
      var _ =
          backups(tenancy).deleteBackup(DeleteBackupRequest.newBuilder().setName("third").build());
      assertThat(list(tenancy)).containsExactly(second);
    }
    for (TestNode each : three) {
      try (Tenancy tenancy = new Tenancy(each.port(), each.folder(), adminKey)) {
        assertThat(tenancy.records(""))
            .as("which one was made and deleted, by each node")
            .filteredOn(record -> record.getPeer().equals("backup third"))
            .extracting(AuditRecord::getAction)
            .containsExactly("backup.deleted", "backup.created");
      }
      assertThat(each.folder().resolve("backups")).isDirectoryNotContaining("glob:**third");
    }
    TestNode other = three.getLast();
    Path its = other.folder().resolve("backups/" + SECOND);
    Path aside = Files.move(its, parent.resolve("aside"));
    try (Tenancy tenancy = new Tenancy(node.port(), node.folder(), adminKey)) {
      assertThat(problems(tenancy, SECOND))
          .containsExactly(
              Files.readString(other.folder().resolve("node.id")).strip()
                  + ": the folder of the backup is missing");
    } finally {
      Files.move(aside, its);
    }
    Path part = three.getFirst().folder().resolve("backups/" + SECOND);
    Path renamed = parent.resolve(FIRST);
    copy(part, renamed);
    assertThat(refusal(parent.resolve("refused"), renamed, localKey))
        .startsWith("The folder " + renamed + " holds the backup " + SECOND + " of 20");
    assertThat(refusal(parent.resolve("refused"), part, localKey))
        .contains("is missing: the part of this node is not here, and 1 more problems");
  }

  @Test
  @Order(7)
  void oneNodeBeginsWithTheBackupOfThreeAlsoAfterAStartThatWasCutShort() throws Exception {
    Path merged = parent.resolve("merged/" + SECOND);
    for (TestNode node : three) {
      copy(node.folder().resolve("backups/" + SECOND), merged);
    }
    List<String> nodes = new ArrayList<>();
    for (TestNode node : three) {
      nodes.add(Files.readString(node.folder().resolve("node.id")).strip());
    }
    Path folder = parent.resolve("c");
    assertThat(
            NodeRestore.sentence(
                NodeRestore.create(folder, merged, localKey, List.of(), TestNode.properties())))
        .startsWith("The node begins with the backup second of 20")
        .contains(nodes);
    // The first start, up to the moment at which Ignite has begun to copy.
    NodeShell.open(
            () -> NodeConfigLoader.load(folder, Map.of()),
            (kind, cause) -> {
              throw new IllegalStateException("the engine failed: " + kind, cause);
            })
        .close();
    Path leftover = folder.resolve("ignite/db/a_node/cacheGroup-slices/part-1.bin");
    Files.createDirectories(leftover.getParent());
    Files.writeString(leftover, "half a partition");
    Path id = folder.resolve("node.id");
    assertExchangedFilesAreNotRestored(folder, merged);

    try (TestNode node = TestNode.start(folder)) {
      assertThat(leftover).doesNotExist();
      assertThat(assertRestored(node, SECOND)).hasSize(3);
      try (Tenancy tenancy = new Tenancy(node.port(), folder, adminKey)) {
        for (String gone : nodes) {
          assertThat(tenancy.verify(gone).getProblemsList()).isEmpty();
        }
        assertThat(tenancy.records(""))
            .as("the backup's own intent, which it has without an outcome")
            .filteredOn(record -> record.getKind().equals("outcome"))
            .filteredOn(record -> record.getAction().equals("backup.create"))
            .extracting(AuditRecord::getDecision)
            .contains(IntentRecovery.FOUND_AFTER_CRASH);
        tenancy.store(Tenancy.MEANING, "after the restore");
      }
    }
    String idBefore = Files.readString(id);
    try (TestNode node = TestNode.start(folder);
        Tenancy tenancy = new Tenancy(node.port(), folder, adminKey)) {
      assertThat(Files.readString(id)).isEqualTo(idBefore);
      assertThat(tenancy.memories(Tenancy.MEANING)).hasSize(4);
      assertThat(tenancy.verify("").getProblemsList()).isEmpty();
    }
  }

  /** What was checked by the command is not what lies there when the node starts. */
  private static void assertExchangedFilesAreNotRestored(Path folder, Path backup)
      throws IOException {
    Path file = pagesIn(backup);
    byte[] bytes = Files.readAllBytes(file);
    byte[] flipped = bytes.clone();
    flipped[bytes.length / 2] ^= 1;
    Files.write(file, flipped);
    try {
      assertThatExceptionOfType(StartRefusedException.class)
          .isThrownBy(() -> TestNode.start(folder).close())
          .withMessage(
              "The backup %s is another one than was checked: %s was altered; put back what was"
                  + " there, and start again.",
              backup, backup.relativize(file));
    } finally {
      Files.write(file, bytes);
    }
  }

  private static Path pagesIn(Path backup) throws IOException {
    try (Stream<Path> files = Files.walk(backup)) {
      return files
          .filter(it -> it.getFileName().toString().matches("part-\\d+\\.bin"))
          .findAny()
          .orElseThrow();
    }
  }

  /** Returns what the node's audit says of the chains before. */
  private static List<AuditRecord> assertRestored(TestNode node, String name) {
    try (Tenancy tenancy = new Tenancy(node.port(), node.folder(), adminKey)) {
      assertThat(tenancy.everything()).isEqualTo(before);
      assertThat(tenancy.best(SearchMode.SEARCH_MODE_MEANING, "Who wants their money back?"))
          .contains("refund");
      assertThat(tenancy.best(SearchMode.SEARCH_MODE_WORDS, "migration")).contains("migration");
      assertThat(tenancy.verify("").getProblemsList()).isEmpty();
      assertThat(tenancy.verify(sourceId).getProblemsList()).isEmpty();
      assertThat(tenancy.records(sourceId))
          .filteredOn(record -> record.getAction().equals("backup.create"))
          .filteredOn(record -> record.getRequestId().equals(made.getBackupId()))
          .extracting(AuditRecord::getKind)
          .containsExactly("intent");
      assertThat(tenancy.records(""))
          .filteredOn(record -> record.getAction().equals(PendingRestore.RESTORED))
          .extracting(AuditRecord::getPeer)
          .containsExactly("backup " + name);
      assertThat(node.folder().resolve(RestoreMark.FILE)).doesNotExist();
      assertThat(node.folder().resolve("ignite/snapshots")).isEmptyDirectory();
      return tenancy.records("").stream()
          .filter(record -> record.getAction().equals(PendingRestore.CHAIN))
          .toList();
    }
  }

  private static Map<String, String> properties(List<Integer> ports, int node) {
    Map<String, String> properties = new HashMap<>(TestNode.properties());
    properties.put("rekindle.ignite.discovery-port", ports.get(node).toString());
    properties.put("rekindle.ignite.backups", "1");
    properties.put("rekindle.cluster.initial-nodes", node == 0 ? "3" : "0");
    properties.put(
        "rekindle.cluster.addresses",
        String.join(",", ports.stream().map(port -> "127.0.0.1:" + port).toList()));
    return properties;
  }

  private static CompletableFuture<TestNode> starting(Path folder) {
    return CompletableFuture.supplyAsync(
        () -> TestNode.start(folder), task -> Thread.ofPlatform().daemon().start(task));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        if (!Files.exists(target)) {
          Files.copy(file, target);
        }
      }
    }
  }

  private static String refusal(Path folder, Path from, @Nullable Path key) {
    return String.valueOf(
        assertThatExceptionOfType(StartRefusedException.class)
            .isThrownBy(
                () -> NodeRestore.create(folder, from, key, List.of(), TestNode.properties()))
            .actual()
            .getMessage());
  }

  private static String reasonOf(Runnable asked) {
    return assertThatExceptionOfType(Refused.class).isThrownBy(asked::run).actual().reason();
  }

  private static BackupServiceBlockingStub backups(Tenancy tenancy) {
    return BackupServiceGrpc.newBlockingStub(tenancy.admin());
  }

  private static Backup create(Tenancy tenancy, String name) {
    return call(() ->
            backups(tenancy).createBackup(CreateBackupRequest.newBuilder().setName(name).build()))
        .getBackup();
  }

  /** The backup is of pages that have another key than their first one. */
  private static void rotateGroupKeys(Tenancy tenancy) {
    sealAnew(SLOW_MEGABYTES);
    RotateGroupKeysRequest request = RotateGroupKeysRequest.getDefaultInstance();
    assertThat(
            call(
                () -> ClusterServiceGrpc.newBlockingStub(tenancy.admin()).rotateGroupKeys(request)))
        .satisfies(rotated -> assertThat(rotated.getGroups()).isPositive());
  }

  /** In megabytes a second; 0 is without a limit. */
  private static void sealAnew(double rate) {
    ((IgniteEx) Ignition.ignite("rekindle-" + sourceId))
        .context()
        .encryption()
        .setReencryptionRate(rate);
  }

  /** While pages are sealed anew it is refused, and says so. */
  private static Backup createWhenSealed(Tenancy tenancy) {
    Refused refused = catchThrowableOfType(Refused.class, () -> create(tenancy, FIRST));
    sealAnew(0);
    while (refused != null) {
      assertThat(refused).hasMessageContaining("pages are being sealed anew");
      assertThat(refused.reason()).isEqualTo("NOT_READY");
      LockSupport.parkNanos(PAUSE.toNanos());
      try {
        return create(tenancy, FIRST);
      } catch (Refused e) {
        refused = e;
      }
    }
    throw new AssertionError("pages are sealed anew, and a backup was made");
  }

  private static List<Backup> list(Tenancy tenancy) {
    return call(() -> backups(tenancy).listBackups(ListBackupsRequest.getDefaultInstance()))
        .getBackupsList();
  }

  private static List<String> problems(Tenancy tenancy, String name) {
    return call(() ->
            backups(tenancy).verifyBackup(VerifyBackupRequest.newBuilder().setName(name).build()))
        .getProblemsList();
  }
}
