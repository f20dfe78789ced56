package io.rekindle.node.bootstrap;

import static io.rekindle.node.endpoint.grpc.GrpcTestDoor.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.grpc.Channel;
import io.rekindle.node.contract.TestDoor;
import io.rekindle.node.contract.TestDoor.Refused;
import io.rekindle.node.contract.TestDoor.Seed;
import io.rekindle.node.endpoint.grpc.GrpcTenants;
import io.rekindle.node.endpoint.grpc.GrpcTestDoor;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.kms.SwitchedKeys;
import io.rekindle.node.kms.SwitchedKeys.Switch;
import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.AuditServiceGrpc;
import io.rekindle.v1.ClusterServiceGrpc;
import io.rekindle.v1.ListAuditRecordsRequest;
import io.rekindle.v1.ListNamespacesRequest;
import io.rekindle.v1.NamespaceServiceGrpc;
import io.rekindle.v1.VerifyAuditRequest;
import io.rekindle.v1.VerifyAuditResponse;
import io.rekindle.v1.WhoAmIRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.ignite.Ignition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine stops and starts inside the living process: what a revoked and restored key does. */
class EngineRestartIT {
  private static final String NAMESPACE = "kept";
  private static final float[] QUERY = {1, 0, 0, 0};

  /** How many calls of {@link #assertEveryCallAnswers} there are. */
  private static final int CALLS = 9;

  /** What keeps keys, rows or vectors of an engine in memory. */
  private static final List<String> ENGINE_CLASSES =
      List.of(
          "io.rekindle.node.bootstrap.Engine",
          "io.rekindle.node.keyring.Keyring",
          "io.rekindle.node.keyring.DataKey",
          "io.rekindle.node.keyring.KeyWrapper",
          "io.rekindle.node.keyring.BackupCipher",
          "io.rekindle.node.access.PassCodec",
          "io.rekindle.node.index.SliceIndex",
          "io.rekindle.node.storage.engine.IgniteStorage",
          "io.rekindle.node.storage.slice.SliceIndexes");

  /** The same of Ignite, which lets go of it when the last engine of a process stops. */
  private static final List<String> IGNITE_CLASSES =
      List.of(
          "io.rekindle.node.cluster.XaesEncryptionSpi",
          "io.rekindle.node.cluster.XaesGroupKey",
          "org.apache.ignite.internal.IgniteKernal");

  /** Other tests of the module may have a node of their own in this process. */
  private final List<String> watched = new ArrayList<>(ENGINE_CLASSES);

  @TempDir Path folder;

  private TestNode node;
  private GrpcTestDoor door;
  private Map<String, Long> instancesBefore;

  @BeforeEach
  void start() throws Exception {
    if (Ignition.allGrids().isEmpty()) {
      watched.addAll(IGNITE_CLASSES);
    }
    instancesBefore = LiveInstances.count(watched);
    Path data = folder.resolve("data");
    Map<String, String> properties = new TreeMap<>(TestNode.properties());
    properties.put("rekindle.keys.provider", "switched");
    properties.put("rekindle.keys.lease", "PT5S");
    NodeInit.create(data, List.of(), properties);
    node = TestNode.start(data);
    door = new GrpcTestDoor(node);
    new GrpcTenants(admin()).external(NAMESPACE, false);
  }

  @AfterEach
  void stop() {
    door.close();
    node.close();
  }

  @Test
  void theDoorSaysWhyWhileTheEngineIsGoneAndEverythingIsThereAfterwards() throws Exception {
    Map<String, String> contents = new TreeMap<>();
    for (ErrorCode reason : List.of(ErrorCode.KEY_REVOKED, ErrorCode.NOT_READY)) {
      for (int i = 0; i < 20; i++) {
        String content = "memory " + i + " before " + reason;
        contents.put(caller().store(NAMESPACE, Seed.of(content)).memoryId(), content);
      }
      assertAllThere(contents);
      VerifyAuditResponse before = verify();
      assertThat(LiveInstances.count(watched)).isNotEqualTo(instancesBefore);

      if (reason == ErrorCode.KEY_REVOKED) {
        revoke();
      } else {
        node.shell().stopEngine(reason);
      }
      assertEveryCallAnswers(reason.name());
      assertMemoryIsReleased();
      if (reason == ErrorCode.KEY_REVOKED) {
        SwitchedKeys.set(node.folder(), Switch.ON);
        node.shell().awaitUnlocked(() -> false);
      } else {
        node.shell().startEngine();
      }

      assertAllThere(contents);
      VerifyAuditResponse after = verify();
      assertThat(after.getProblemsList()).isEmpty();
      assertThat(after.getFirstSequence()).isEqualTo(before.getFirstSequence());
      assertThat(after.getLastSequence()).isGreaterThan(before.getLastSequence());
      await(() -> refusalsRecorded(reason) >= CALLS);
    }
    assertThat(actions()).contains("key.locked", "key.unlocked");
  }

  /** A provider that fails in a way of its own is one that says nothing. */
  private void revoke() throws Exception {
    SwitchedKeys.set(node.folder(), Switch.BROKEN);
    Thread.sleep(4_000);
    var _ = verify();
    SwitchedKeys.set(node.folder(), Switch.REVOKED);
    await(() -> reasonNow().equals("KEY_REVOKED"));
    node.shell().startEngine(); // Does nothing now.
  }

  private String reasonNow() {
    try {
      whoAmI();
      return "none";
    } catch (Refused e) {
      return e.reason();
    }
  }

  @Test
  void stoppingTwiceAndStartingTwiceIsTheSameAsOnce() {
    String id = caller().store(NAMESPACE, Seed.of("kept")).memoryId();
    node.shell().stopEngine(ErrorCode.NOT_READY);
    node.shell().stopEngine(ErrorCode.KEY_REVOKED);
    assertEveryCallAnswers("KEY_REVOKED");
    node.shell().startEngine();
    node.shell().startEngine();
    assertThat(caller().get(NAMESPACE, id).content()).isEqualTo("kept");
  }

  /** With a good key, a bad one and none; of every service. */
  private void assertEveryCallAnswers(String reason) {
    TestDoor.Caller caller = caller();
    List<Runnable> calls =
        List.of(
            () -> caller.store(NAMESPACE, Seed.of("refused")),
            () -> caller.get(NAMESPACE, "00000000-0000-7000-8000-000000000000"),
            () -> caller.list(List.of(NAMESPACE), 10, null),
            () -> caller.search(List.of(NAMESPACE), QUERY),
            () -> caller.delete(NAMESPACE, "00000000-0000-7000-8000-000000000000"),
            () -> door.caller("not-a-key").list(List.of(NAMESPACE), 10, null),
            this::whoAmI,
            this::listNamespaces,
            this::verify);
    assertThat(calls).hasSize(CALLS);
    for (Runnable call : calls) {
      assertThatExceptionOfType(Refused.class)
          .isThrownBy(call::run)
          .extracting(Refused::reason)
          .isEqualTo(reason);
    }
  }

  private void assertAllThere(Map<String, String> contents) {
    Map<String, String> read = new TreeMap<>();
    contents.keySet().forEach(id -> read.put(id, caller().get(NAMESPACE, id).content()));
    assertThat(read).isEqualTo(contents);
    Map<String, String> listed = new TreeMap<>();
    caller()
        .list(List.of(NAMESPACE), 1_000, null)
        .memories()
        .forEach(seen -> listed.put(seen.memoryId(), seen.content()));
    assertThat(listed).isEqualTo(contents);
    for (TestDoor.Seen found : caller().search(List.of(NAMESPACE), QUERY)) {
      assertThat(contents).containsEntry(found.memoryId(), found.content());
    }
    assertThat(caller().search(List.of(NAMESPACE), QUERY)).hasSize(10);
  }

  /** Threads of the engine may still be ending, and hold it until they have. */
  private void assertMemoryIsReleased() throws Exception {
    await(() -> LiveInstances.count(watched).equals(instancesBefore));
  }

  private long refusalsRecorded(ErrorCode reason) {
    return call(
            () ->
                AuditServiceGrpc.newBlockingStub(admin())
                    .listAuditRecords(
                        ListAuditRecordsRequest.newBuilder()
                            .setDeniedOnly(true)
                            .setPageSize(1_000)
                            .build()))
        .getAuditRecordsList()
        .stream()
        .filter(record -> record.getKind().equals("refusals"))
        .filter(record -> record.getDecision().equals(reason.name()))
        .mapToLong(AuditRecord::getMemoryCount)
        .sum();
  }

  private List<String> actions() {
    return call(
            () ->
                AuditServiceGrpc.newBlockingStub(admin())
                    .listAuditRecords(
                        ListAuditRecordsRequest.newBuilder().setPageSize(1_000).build()))
        .getAuditRecordsList()
        .stream()
        .map(AuditRecord::getAction)
        .toList();
  }

  private VerifyAuditResponse verify() {
    return call(
        () ->
            AuditServiceGrpc.newBlockingStub(admin())
                .verifyAudit(VerifyAuditRequest.getDefaultInstance()));
  }

  private void whoAmI() {
    var _ =
        call(
            () ->
                ClusterServiceGrpc.newBlockingStub(admin())
                    .whoAmI(WhoAmIRequest.getDefaultInstance()));
  }

  private void listNamespaces() {
    var _ =
        call(
            () ->
                NamespaceServiceGrpc.newBlockingStub(admin())
                    .listNamespaces(ListNamespacesRequest.getDefaultInstance()));
  }

  private Channel admin() {
    return door.channel(node.adminKey());
  }

  private TestDoor.Caller caller() {
    return door.caller(node.adminKey());
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    for (int i = 0; i < 100 && !condition.call(); i++) {
      Thread.sleep(100);
    }
    assertThat(condition.call()).isTrue();
  }
}
