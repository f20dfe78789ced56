package io.rekindle.node.bootstrap;

import static io.rekindle.node.endpoint.grpc.GrpcTestDoor.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.grpc.Channel;
import io.rekindle.node.contract.TestDoor;
import io.rekindle.node.contract.TestDoor.Refused;
import io.rekindle.node.contract.TestDoor.Seed;
import io.rekindle.node.contract.TestDoor.StateSeed;
import io.rekindle.node.endpoint.grpc.GrpcTenants;
import io.rekindle.node.endpoint.grpc.GrpcTestDoor;
import io.rekindle.node.kms.SwitchedKeys;
import io.rekindle.node.kms.SwitchedKeys.Switch;
import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.AuditServiceGrpc;
import io.rekindle.v1.DeleteNamespaceRequest;
import io.rekindle.v1.GetNamespaceRequest;
import io.rekindle.v1.KeyServiceGrpc;
import io.rekindle.v1.KeyServiceGrpc.KeyServiceBlockingStub;
import io.rekindle.v1.ListAuditRecordsRequest;
import io.rekindle.v1.Namespace;
import io.rekindle.v1.NamespaceServiceGrpc;
import io.rekindle.v1.NamespaceServiceGrpc.NamespaceServiceBlockingStub;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node with customers' keys that are switched, and tenants of it; one for each class of tests
 * that is one.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class TenantKeysFixture {
  static final float[] QUERY = {1, 0, 0, 0};
  static final Seed TEXT = new Seed("the sky is blue", null, null, null, null, new float[0]);
  static final String NONE = "00000000-0000-7000-8000-000000000000";

  TestNode node;
  GrpcTestDoor door;
  int roots;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    Path data = folder.resolve("data");
    NodeInit.create(data, List.of(), properties());
    begin(data);
  }

  static Map<String, String> properties() {
    Map<String, String> properties = new TreeMap<>(TestNode.properties());
    properties.put("rekindle.keys.lease", "PT5S");
    properties.put("rekindle.keys.provider", "switched");
    properties.put("rekindle.keys.request-timeout", "PT2S");
    for (String name : List.of("acme", "globex", "away", "broken", "confused", "hanging")) {
      properties.put("rekindle.keys.tenants." + name + ".provider", "switched");
      properties.put("rekindle.keys.tenants." + name + ".local-key-file", name);
    }
    return properties;
  }

  final void begin(Path data) {
    node = TestNode.start(data);
    door = new GrpcTestDoor(node);
  }

  void restart() {
    stop();
    begin(node.folder());
  }

  @AfterAll
  void stop() {
    door.close();
    node.close();
  }

  /** A fresh root namespace with some memories. */
  final class Tenant {
    final String customerKey;
    final String root = "root" + roots++;
    final String below = root + "/support";
    final Map<String, String> contents = new TreeMap<>();

    Tenant(String customerKey) {
      this.customerKey = customerKey;
      create(root, customerKey, 4);
      create(below, "", 4);
      for (int i = 0; i < 5; i++) {
        store(root, "memory " + i + " of " + root);
        store(below, "memory " + i + " below " + root);
      }
      caller().setState(root, StateSeed.of("an-agent", "mood", "1"));
    }

    void store(String space, String content) {
      contents.put(caller().store(space, Seed.of(content)).memoryId(), content);
    }

    /** By every way that there is. */
    List<Runnable> calls() {
      TestDoor.Caller caller = caller();
      String id = contents.keySet().iterator().next();
      return List.of(
          () -> caller.store(root, Seed.of("refused")),
          () -> caller.store(below, Seed.of("refused")),
          () -> caller.get(root, id),
          () -> caller.get(root, NONE),
          () -> caller.getByExternalKey(root, "none"),
          () -> caller.list(List.of(root), 10, null),
          () -> caller.search(List.of(root), QUERY),
          () -> caller.search(List.of(below), QUERY),
          () -> caller.export(List.of(root), 10, null).next(),
          () -> caller.update(root, id, Map.of("content", "refused")),
          () -> caller.delete(root, id),
          () -> caller.getState(root, "an-agent", "mood"),
          () -> caller.setState(root, StateSeed.of("an-agent", "mood", "2")),
          () -> caller.listStates(root, "an-agent", 10, null),
          () -> caller.deleteState(root, "an-agent", "mood", null),
          () -> create(below + "/new", "", 4));
    }

    void assertLocked() {
      for (Runnable call : calls()) {
        assertThatExceptionOfType(Refused.class)
            .isThrownBy(call::run)
            .extracting(Refused::reason)
            .isEqualTo("KEY_REVOKED");
      }
    }

    void assertAllThere() {
      Map<String, String> listed = new TreeMap<>();
      Map<String, String> found = new TreeMap<>();
      for (String space : List.of(root, below)) {
        caller()
            .list(List.of(space), 100, null)
            .memories()
            .forEach(seen -> listed.put(seen.memoryId(), seen.content()));
        caller()
            .search(List.of(space), QUERY)
            .forEach(seen -> found.put(seen.memoryId(), seen.content()));
      }
      assertThat(listed).isEqualTo(contents);
      assertThat(found).isEqualTo(contents);
      assertThat(caller().getState(root, "an-agent", "mood").value()).isEqualTo("1");
    }
  }

  void create(String path, String customerKey, int dimensions) {
    new GrpcTenants(admin())
        .create(
            Namespace.newBuilder()
                .setNamespace(path)
                .setEmbeddingModel("external")
                .setDimensions(dimensions)
                .setCustomerKey(customerKey)
                .build());
  }

  void delete(String path) {
    DeleteNamespaceRequest request =
        DeleteNamespaceRequest.newBuilder().setNamespace(path).setWithMemories(true).build();
    assertThat(call(() -> namespaces().deleteNamespace(request)).getMemoriesDeleted()).isEqualTo(5);
  }

  boolean isLocked(Tenant tenant) {
    try {
      var _ = caller().list(List.of(tenant.root), 1, null);
      return false;
    } catch (Refused e) {
      assertThat(e.reason()).isEqualTo("KEY_REVOKED");
      return true;
    }
  }

  void set(String customerKey, Switch to) {
    SwitchedKeys.set(node.folder().resolve(customerKey), to);
  }

  List<AuditRecord> records() {
    return call(() ->
            AuditServiceGrpc.newBlockingStub(admin())
                .listAuditRecords(ListAuditRecordsRequest.newBuilder().setPageSize(1_000).build()))
        .getAuditRecordsList();
  }

  static void assertRefused(Callable<?> request, String reason, String about) {
    assertThatExceptionOfType(Refused.class)
        .isThrownBy(
            () ->
                call(
                    () -> {
                      try {
                        return request.call();
                      } catch (RuntimeException e) {
                        throw e;
                      } catch (Exception e) {
                        throw new IllegalStateException(e);
                      }
                    }))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(reason))
        .satisfies(e -> assertThat(e.toString()).contains(about));
  }

  static void assertRefused(Runnable request, String reason, String about) {
    assertRefused(
        () -> {
          request.run();
          return true;
        },
        reason,
        about);
  }

  static GetNamespaceRequest named(String path) {
    return GetNamespaceRequest.newBuilder().setNamespace(path).build();
  }

  KeyServiceBlockingStub keys() {
    return KeyServiceGrpc.newBlockingStub(admin());
  }

  NamespaceServiceBlockingStub namespaces() {
    return NamespaceServiceGrpc.newBlockingStub(admin());
  }

  Channel admin() {
    return door.channel(node.adminKey());
  }

  TestDoor.Caller caller() {
    return door.caller(node.adminKey());
  }

  static void await(Callable<Boolean> condition) throws Exception {
    for (int i = 0; i < 200 && !condition.call(); i++) {
      Thread.sleep(100);
    }
    assertThat(condition.call()).isTrue();
  }
}
