package io.rekindle.node.bootstrap;

import static io.rekindle.node.endpoint.grpc.GrpcTestDoor.call;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.util.Timestamps;
import io.grpc.StatusRuntimeException;
import io.rekindle.node.cluster.FreePort;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.endpoint.grpc.GrpcTenants;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.keyring.ClusterKeyFile;
import io.rekindle.node.keyring.FolderMark;
import io.rekindle.node.keyring.KeyHandover;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.BackupServiceGrpc;
import io.rekindle.v1.CreateBackupRequest;
import io.rekindle.v1.Key;
import io.rekindle.v1.KeyKind;
import io.rekindle.v1.KeyServiceGrpc;
import io.rekindle.v1.ListKeysRequest;
import io.rekindle.v1.ReplaceClusterKeyRequest;
import io.rekindle.v1.ReplaceClusterKeyResponse;
import io.rekindle.v1.SearchMode;
import io.rekindle.v1.VerifyBackupRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes whose cluster key is replaced, as a whole and in part. */
@Timeout(300)
class ClusterKeyReplacementIT {
  private static final Canaries CANARIES = new Canaries();

  /** What {@code keys_rewrapped} counts. */
  private static final Set<KeyKind> BELOW =
      Set.of(KeyKind.KEY_KIND_NAMESPACE, KeyKind.KEY_KIND_SUBJECT);

  @TempDir Path parent;

  private final List<TestNode> nodes = new ArrayList<>();
  private List<Path> folders = List.of();
  private String adminKey = "";

  @BeforeEach
  void make() throws Exception {
    List<Integer> ports = FreePort.several("127.0.0.1", 2);
    folders = List.of(parent.resolve("0"), parent.resolve("1"));
    NodeInit.create(folders.get(0), List.of(), properties(ports, 0));
    NodeInit.join(folders.get(1), folders.get(0), List.of(), properties(ports, 1));
    start();
    for (Path folder : folders) {
      if (Files.exists(folder.resolve(FirstAdminKey.FILE))) {
        adminKey = Files.readString(folder.resolve(FirstAdminKey.FILE)).strip();
      }
    }
  }

  private static Map<String, String> properties(List<Integer> ports, int node) {
    Map<String, String> properties = new HashMap<>(TestNode.properties());
    properties.put("rekindle.ignite.discovery-port", ports.get(node).toString());
    properties.put("rekindle.ignite.backups", "1");
    properties.put("rekindle.cluster.initial-nodes", node == 0 ? "2" : "0");
    properties.put(
        "rekindle.cluster.addresses",
        "127.0.0.1:%d,127.0.0.1:%d".formatted(ports.get(0), ports.get(1)));
    return properties;
  }

  private void start() {
    List<CompletableFuture<TestNode>> starts = folders.stream().map(this::starting).toList();
    starts.forEach(start -> nodes.add(start.join()));
  }

  private CompletableFuture<TestNode> starting(Path folder) {
    return CompletableFuture.supplyAsync(
        () -> TestNode.start(folder, InstantSource.system(), () -> 1L << 40),
        task -> Thread.ofPlatform().daemon().start(task));
  }

  @AfterEach
  void stop() {
    nodes.forEach(TestNode::close);
    nodes.clear();
  }

  private Tenancy tenancy(int node) {
    return new Tenancy(nodes.get(node).port(), folders.get(node), adminKey);
  }

  @Test
  void everythingIsThereUnderTheNewKeyAndNothingNewOpensUnderTheFormer() throws Exception {
    byte[] former = Files.readAllBytes(keyFile(1));
    Map<String, String> before;
    String laterKey;
    try (Tenancy there = tenancy(0)) {
      there.fill(CANARIES);
      before = there.everything();
      Key first = clusterKey(there);
      assertThat(first.hasMadeAt()).isTrue();
      assertMadeBeforeWrapped(first);
      ReplaceClusterKeyResponse replaced = replace(there);
      assertThat(replaced.getGeneration()).isEqualTo(key(0).generation());
      // Two namespaces, and their root.
      assertThat(replaced.getKeysRewrapped()).isEqualTo(3);
      assertThat(replaced.getGroupsRotated()).isPositive();
      assertThat(there.everything()).isEqualTo(before);
      there.setState("key-0", "{\"n\":\"later\"}");
      laterKey = new GrpcTenants(there.admin()).key("later", GrpcTenants.grant("tenants", ""));
      before = there.everything();
      Key second = clusterKey(there);
      assertThat(Timestamps.compare(second.getMadeAt(), first.getMadeAt())).isPositive();
      assertMadeBeforeWrapped(second);
      assertThat(
              keys(there).stream()
                  .filter(key -> BELOW.contains(key.getKind()))
                  .filter(key -> key.getWrappedBy().equals("the cluster key"))
                  .mapToInt(Key::getCount)
                  .sum())
          .isEqualTo(replaced.getKeysRewrapped());
      assertBackupIsWhole(there);
    }
    assertThat(key(1).isSame(key(0))).isTrue();
    assertThat(key(1).generations()).hasSize(2);

    stop();
    start();
    for (int node = 0; node < 2; node++) {
      try (Tenancy there = tenancy(node)) {
        assertThat(there.everything()).isEqualTo(before);
        assertThat(there.best(SearchMode.SEARCH_MODE_MEANING, "money back")).contains("refund");
        assertThat(there.best(SearchMode.SEARCH_MODE_WORDS, "migration")).contains("migration");
        String own = nodes.get(node).shell().nodeId();
        assertThat(there.verify(own).getProblemsList()).isEmpty();
        assertThat(there.records(own))
            .filteredOn(record -> record.getAction().equals(ClusterKeyCalls.REPLACED))
            .extracting(AuditRecord::getPeer)
            .containsExactly("generation " + key(0).generation());
      }
    }
    try (Tenancy later = new Tenancy(nodes.getFirst().port(), folders.getFirst(), laterKey)) {
      assertThat(later.memories(Tenancy.OWN)).isNotEmpty();
    }

    nodes.removeLast().close();
    Files.write(keyFile(1), former);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> TestNode.start(folders.get(1)))
        .withMessageContaining("another cluster key");
  }

  private void assertBackupIsWhole(Tenancy there) {
    var backups = BackupServiceGrpc.newBlockingStub(there.admin());
    // Pages are sealed anew first: no backup is made meanwhile.
    boolean made = false;
    while (!made) {
      try {
        var _ = backups.createBackup(CreateBackupRequest.newBuilder().setName("after").build());
        made = true;
      } catch (StatusRuntimeException e) {
        assertThat(e.getStatus().getDescription()).contains("sealed anew");
        Thread.onSpinWait();
      }
    }
    assertThat(
            call(() ->
                    backups.verifyBackup(VerifyBackupRequest.newBuilder().setName("after").build()))
                .getProblemsList())
        .isEmpty();
  }

  /** One node uses the new key when the other is lost, which has it in its file alone. */
  @Test
  void aNodeThatWasLostBeforeItUsedTheKeyCatchesUpAtItsNextStart() throws Exception {
    Map<String, String> before;
    try (Tenancy there = tenancy(0)) {
      there.fill(CANARIES);
      before = there.everything();
    }
    stop();
    hold(List.of(0, 1));
    KeyChange.use(folders.get(0), () -> config(0), key(0), key(0).generations().getLast());
    assertThat(key(1).generation()).isNotEqualTo(key(0).generation());

    start();
    assertCaughtUp(1);
    try (Tenancy there = tenancy(1)) {
      assertThat(there.everything()).isEqualTo(before);
      // Nothing is in the way of doing it as a whole.
      var _ = replace(there);
      assertThat(there.everything()).isEqualTo(before);
    }
    assertThat(key(0).generations()).hasSize(3);
    assertThat(key(0).isSame(key(1))).isTrue();
  }

  private void assertCaughtUp(int node) throws Exception {
    assertThat(key(node).generation()).isEqualTo(key(node).generations().getLast());
    try (ClusterKey caughtUp = key(node)) {
      FolderMark.check(folders.get(node).resolve(FolderMark.FILE), caughtUp);
    }
  }

  /** Cut short where only some of them had it, so that nobody uses it. */
  @Test
  void aKeyThatNobodyUsesYetIsInNobodysWay() throws Exception {
    Map<String, String> before;
    try (Tenancy there = tenancy(0)) {
      there.fill(CANARIES);
      before = there.everything();
    }
    stop();
    hold(List.of(0));
    String given = key(0).generations().getLast();
    start();
    assertThat(key(0).generation()).isEqualTo(key(1).generation()).isNotEqualTo(given);
    try (Tenancy there = tenancy(0)) {
      assertThat(there.everything()).isEqualTo(before);
      assertThat(replace(there).getGeneration()).isNotEqualTo(given);
      assertThat(there.everything()).isEqualTo(before);
    }
    assertThat(key(0).generations()).hasSize(3);
    assertThat(key(1).generations()).hasSize(2);
    assertThat(key(1).generation()).isEqualTo(key(0).generation());
  }

  /** Two requests at once have left each node with the key that the other does not use. */
  @Test
  void nodesThatUseDifferentKeysComeTogether() throws Exception {
    Map<String, String> before;
    try (Tenancy there = tenancy(0)) {
      there.fill(CANARIES);
      before = there.everything();
    }
    stop();
    hold(List.of(0, 1));
    hold(List.of(1, 0));
    KeyChange.use(folders.get(0), () -> config(0), key(0), key(0).generations().get(1));
    KeyChange.use(folders.get(1), () -> config(1), key(1), key(1).generations().get(2));
    start();
    assertThat(key(0).generation()).isEqualTo(key(1).generation());
    try (Tenancy there = tenancy(1)) {
      assertThat(there.everything()).isEqualTo(before);
      var _ = replace(there);
      assertThat(there.everything()).isEqualTo(before);
    }
  }

  /** Its file was given back from an earlier copy, with the mark beside it; or it is new. */
  @Test
  void aNodeThatHasTheFormerKeyAloneIsNotLetIn() throws Exception {
    byte[] former = Files.readAllBytes(keyFile(1));
    Path mark = folders.get(1).resolve(FolderMark.FILE);
    Files.copy(mark, parent.resolve("mark"));
    Path third = parent.resolve("2");
    NodeInit.join(third, folders.getFirst(), List.of(), TestNode.properties());
    try (Tenancy there = tenancy(0)) {
      there.fill(CANARIES);
      var _ = replace(there);
    }
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> TestNode.start(third))
        .withMessageContaining("the cluster key was replaced");
    nodes.removeLast().close();
    Files.write(keyFile(1), former);
    Files.copy(parent.resolve("mark"), mark, REPLACE_EXISTING);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> TestNode.start(folders.get(1)))
        .withMessageContaining("wrapped by another cluster key, or a newer one");
  }

  @Test
  void itIsRefusedWhileANodeIsAwayAndNothingIsChanged() throws Exception {
    nodes.removeLast().close();
    byte[] before = Files.readAllBytes(keyFile(0));
    try (Tenancy there = tenancy(0)) {
      // One of two is no majority either, which the door says as soon as it has noticed.
      assertThatExceptionOfType(StatusRuntimeException.class)
          .isThrownBy(() -> replace(there))
          .satisfies(
              e ->
                  assertThat(e.getMessage())
                      .containsAnyOf(
                          "a node that holds data is away", "does not reach a majority"));
    }
    assertThat(Files.readAllBytes(keyFile(0))).isEqualTo(before);
  }

  private static ReplaceClusterKeyResponse replace(Tenancy there) {
    return KeyServiceGrpc.newBlockingStub(there.admin())
        .replaceClusterKey(ReplaceClusterKeyRequest.getDefaultInstance());
  }

  private static void assertMadeBeforeWrapped(Key key) {
    assertThat(Timestamps.compare(key.getMadeAt(), key.getWrappedAt()))
        .as("made %s, wrapped %s", key.getMadeAt(), key.getWrappedAt())
        .isNotPositive();
  }

  private static List<Key> keys(Tenancy there) {
    return call(() ->
            KeyServiceGrpc.newBlockingStub(there.admin())
                .listKeys(ListKeysRequest.getDefaultInstance()))
        .getKeysList();
  }

  private static Key clusterKey(Tenancy there) {
    return keys(there).stream()
        .filter(key -> key.getKind() == KeyKind.KEY_KIND_CLUSTER)
        .findFirst()
        .orElseThrow();
  }

  /** A new generation of the first one's making. */
  private void hold(List<Integer> who) throws IOException {
    try (ClusterKey key = key(who.getFirst());
        ClusterKey made = KeyHandover.next(key)) {
      byte[] sealed = KeyHandover.seal(made);
      for (int node : who) {
        try (ClusterKey own = key(node);
            ClusterKey next = KeyHandover.open(own, sealed)) {
          KeyChange.hold(folders.get(node), () -> config(node), own, next);
        }
      }
    }
  }

  private NodeConfig config(int node) throws IOException {
    return NodeConfigLoader.load(folders.get(node), Map.of());
  }

  private Path keyFile(int node) {
    return folders.get(node).resolve("keys/cluster.key");
  }

  private ClusterKey key(int node) throws IOException {
    try (KeyManagementService kms = KeyProviders.of(config(node))) {
      return ClusterKeyFile.open(keyFile(node), kms);
    }
  }
}
