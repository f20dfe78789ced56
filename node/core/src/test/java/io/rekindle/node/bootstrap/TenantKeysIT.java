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
import io.rekindle.v1.Key;
import io.rekindle.v1.KeyServiceGrpc;
import io.rekindle.v1.KeyServiceGrpc.KeyServiceBlockingStub;
import io.rekindle.v1.KeyState;
import io.rekindle.v1.ListAuditRecordsRequest;
import io.rekindle.v1.ListKeysRequest;
import io.rekindle.v1.Namespace;
import io.rekindle.v1.NamespaceServiceGrpc;
import io.rekindle.v1.NamespaceServiceGrpc.NamespaceServiceBlockingStub;
import io.rekindle.v1.RewrapTenantKeyRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Tenants whose keys are their customers': each is locked alone, and comes back whole. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TenantKeysIT {
  private static final float[] QUERY = {1, 0, 0, 0};
  private static final Seed TEXT =
      new Seed("the sky is blue", null, null, null, null, new float[0]);
  private static final String NONE = "00000000-0000-7000-8000-000000000000";

  private TestNode node;
  private GrpcTestDoor door;
  private int roots;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    Path data = folder.resolve("data");
    Map<String, String> properties = new TreeMap<>(TestNode.properties());
    properties.put("rekindle.keys.lease", "PT5S");
    properties.put("rekindle.keys.provider", "switched");
    for (String name : List.of("acme", "globex", "away", "broken", "confused")) {
      properties.put("rekindle.keys.tenants." + name + ".provider", "switched");
      properties.put("rekindle.keys.tenants." + name + ".local-key-file", name);
    }
    NodeInit.create(data, List.of(), properties);
    begin(data);
  }

  private void begin(Path data) {
    node = TestNode.start(data);
    door = new GrpcTestDoor(node);
  }

  private void restart() {
    stop();
    begin(node.folder());
  }

  @AfterAll
  void stop() {
    door.close();
    node.close();
  }

  /** A fresh root namespace with some memories. */
  private final class Tenant {
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

  private void create(String path, String customerKey, int dimensions) {
    new GrpcTenants(admin())
        .create(
            Namespace.newBuilder()
                .setNamespace(path)
                .setEmbeddingModel("external")
                .setDimensions(dimensions)
                .setCustomerKey(customerKey)
                .build());
  }

  @Test
  void aRevokedTenantIsLockedAloneAndComesBackWholeAlsoOverARestart() throws Exception {
    Tenant revoked = new Tenant("acme");
    List<Tenant> others = List.of(new Tenant("globex"), new Tenant(""));
    revoked.assertAllThere();
    others.forEach(Tenant::assertAllThere);
    int slices = slicesInMemory();

    set("acme", Switch.REVOKED);
    await(() -> isLocked(revoked));
    revoked.assertLocked();
    await(() -> slicesInMemory() <= slices - 2);
    assertThat(stateOf(revoked)).isEqualTo(KeyState.KEY_STATE_LOCKED);
    others.forEach(Tenant::assertAllThere);
    assertThat(namespaces().getNamespace(named(revoked.below)).getNamespace().getCustomerKey())
        .isEqualTo("acme");
    // Of several one is locked: an answer would be short without a word.
    assertThatExceptionOfType(Refused.class)
        .isThrownBy(() -> caller().search(List.of(others.getFirst().root, revoked.root), QUERY))
        .satisfies(e -> assertThat(e.toString()).contains("KEY_REVOKED", revoked.root));

    restart();
    revoked.assertLocked();
    others.forEach(Tenant::assertAllThere);

    set("acme", Switch.ON);
    await(() -> !isLocked(revoked));
    revoked.assertAllThere();
    assertThat(stateOf(revoked)).isEqualTo(KeyState.KEY_STATE_OK);
    assertThat(notes(revoked))
        .contains("tenant-key.locked", "tenant-key.unlocked")
        .doesNotContain("key.locked");
  }

  /** Two tenants of one customer's key. */
  @Test
  void ofALockedTenantNothingIsGivenUpAndWhatIsNotWantedAnyMoreGoes() throws Exception {
    Tenant kept = new Tenant("globex");
    Tenant deleted = new Tenant("globex");
    String texts = kept.root + "/texts";
    new GrpcTenants(admin()).create(Namespace.newBuilder().setNamespace(texts).build());
    set("globex", Switch.REVOKED);
    List<String> waiting = new ArrayList<>();
    await(
        () -> {
          boolean locked = isLocked(kept) && isLocked(deleted);
          if (!isLocked(kept)) {
            waiting.add(caller().store(texts, TEXT).memoryId());
          }
          return locked;
        });
    delete(deleted.below);
    delete(deleted.root);
    set("globex", Switch.ON);
    await(() -> !isLocked(kept));
    kept.assertAllThere();
    for (String id : waiting) {
      await(() -> embedded(texts, id));
    }
    assertRefused(
        () -> namespaces().getNamespace(named(deleted.root)), "NAMESPACE_NOT_FOUND", deleted.root);
  }

  private void delete(String path) {
    DeleteNamespaceRequest request =
        DeleteNamespaceRequest.newBuilder().setNamespace(path).setWithMemories(true).build();
    assertThat(call(() -> namespaces().deleteNamespace(request)).getMemoriesDeleted()).isEqualTo(5);
  }

  @Test
  void aKeyThatIsOutOfReachOrFailsInAWayOfItsOwnLocksNobodyWithinTheGrace() throws Exception {
    Map<Tenant, Switch> troubles =
        Map.of(
            new Tenant("away"), Switch.UNREACHABLE,
            new Tenant("broken"), Switch.BROKEN,
            new Tenant("confused"), Switch.CONFUSED);
    troubles.forEach(
        (tenant, trouble) -> {
          set(tenant.customerKey, trouble);
          asking(tenant.customerKey).clear();
        });
    for (Tenant tenant : troubles.keySet()) {
      await(() -> asking(tenant.customerKey).size() > 2);
      tenant.assertAllThere();
      set(tenant.customerKey, Switch.ON);
    }
  }

  private Queue<String> asking(String customerKey) {
    return SwitchedKeys.asking(node.folder().resolve(customerKey));
  }

  @Test
  void noRequestAsksACustomersKey() throws Exception {
    Tenant tenant = new Tenant("acme");
    tenant.assertAllThere();
    SwitchedKeys.asking(node.folder()).clear();
    asking("acme").clear();
    for (int i = 0; i < 100; i++) {
      tenant.store(tenant.root, "stored " + i);
      assertThat(caller().search(List.of(tenant.root), QUERY)).isNotEmpty();
    }
    List<String> asking = new ArrayList<>(SwitchedKeys.asking(node.folder()));
    asking.addAll(asking("acme"));
    assertThat(asking).allMatch(thread -> thread.endsWith("key-lease"));
  }

  @Test
  void aStartAsksOnceForEachKey() throws Exception {
    Tenant one = new Tenant("acme");
    Tenant two = new Tenant("acme");
    stop();
    SwitchedKeys.asking(node.folder()).clear();
    asking("acme").clear();
    begin(node.folder());
    long started = System.nanoTime();
    one.assertAllThere();
    two.assertAllThere();
    int asked = asking("acme").size();
    // The next lease may have begun meanwhile, on a slow machine.
    long leases = 1 + (System.nanoTime() - started) / 2_000_000_000L;
    assertThat((long) asked).isBetween(2L, tenantsOf("acme") * leases);
  }

  private long tenantsOf(String customerKey) {
    return call(
            () ->
                namespaces()
                    .listNamespaces(
                        io.rekindle.v1.ListNamespacesRequest.newBuilder()
                            .setPageSize(1_000)
                            .build()))
        .getNamespacesList()
        .stream()
        .filter(space -> !space.getNamespace().contains("/"))
        .filter(space -> space.getCustomerKey().equals(customerKey))
        .count();
  }

  private boolean embedded(String space, String id) {
    return call(() ->
                io.rekindle.v1.MemoryServiceGrpc.newBlockingStub(admin())
                    .getMemory(
                        io.rekindle.v1.GetMemoryRequest.newBuilder()
                            .setNamespace(space)
                            .setMemoryId(id)
                            .build()))
            .getMemory()
            .getEmbeddingStatus()
        == io.rekindle.v1.EmbeddingStatus.EMBEDDING_STATUS_EMBEDDED;
  }

  @Test
  void aKeyIsWrappedAnewByItsOwnOrByAnotherCustomersKeyUnderWhichItIsLockedThen() throws Exception {
    Tenant tenant = new Tenant("acme");
    assertThat(rewrap(tenant.root, "")).isEqualTo("acme");
    assertThat(rewrap(tenant.root, "globex")).isEqualTo("globex");
    tenant.assertAllThere();
    set("acme", Switch.REVOKED);
    set("globex", Switch.REVOKED);
    await(() -> isLocked(tenant));
    set("globex", Switch.ON);
    await(() -> !isLocked(tenant));
    tenant.assertAllThere();
    set("acme", Switch.ON);
  }

  private String rewrap(String path, String customerKey) {
    RewrapTenantKeyRequest request =
        RewrapTenantKeyRequest.newBuilder().setNamespace(path).setCustomerKey(customerKey).build();
    return call(() -> keys().rewrapTenantKey(request)).getNamespace().getCustomerKey();
  }

  @Test
  void badRequestsAboutKeysNameTheField() throws Exception {
    Tenant own = new Tenant("acme");
    Tenant plain = new Tenant("");
    assertRefused(() -> create("fresh", "unknown", 4), "INVALID_ARGUMENT", "customer_key");
    assertRefused(() -> create("fresh/below", "acme", 4), "INVALID_ARGUMENT", "customer_key");
    assertRefused(() -> create("fresh", "../acme", 4), "INVALID_ARGUMENT", "customer_key");
    assertRefused(() -> rewrap(plain.root, ""), "INVALID_ARGUMENT", "namespace");
    assertRefused(() -> rewrap(own.below, ""), "INVALID_ARGUMENT", "namespace");
    assertRefused(() -> rewrap(own.root, "unknown"), "INVALID_ARGUMENT", "customer_key");
    assertRefused(() -> rewrap("nowhere", ""), "NAMESPACE_NOT_FOUND", "nowhere");
    create("made/first", "", 4);
    assertRefused(() -> create("made", "acme", 4), "INVALID_ARGUMENT", "customer_key");
    set("globex", Switch.REVOKED);
    assertRefused(() -> create("fresh", "globex", 4), "KEY_REVOKED", "fresh");
    assertRefused(() -> rewrap(own.root, "globex"), "KEY_REVOKED", own.root);
    set("globex", Switch.UNREACHABLE);
    assertRefused(() -> create("fresh", "globex", 4), "NOT_READY", "customer's key");
    set("globex", Switch.CONFUSED);
    assertRefused(() -> create("fresh", "globex", 4), "INVALID_ARGUMENT", "customer_key");
    set("globex", Switch.ON);
    assertRefused(() -> namespaces().getNamespace(named("fresh")), "NAMESPACE_NOT_FOUND", "fresh");
    create("fresh", "globex", 4);
    own.assertAllThere();
  }

  @Test
  void whoMayWriteOneRootMayNotMoveItToAnotherCustomersKey() {
    Tenant tenant = new Tenant("acme");
    String key =
        new GrpcTenants(admin())
            .create(io.rekindle.v1.KeyScope.KEY_SCOPE_ADMIN, "", GrpcTenants.grant(tenant.root, ""))
            .getSecret();
    KeyServiceBlockingStub theirs = KeyServiceGrpc.newBlockingStub(door.channel(key));
    RewrapTenantKeyRequest same =
        RewrapTenantKeyRequest.newBuilder().setNamespace(tenant.root).build();
    assertThat(call(() -> theirs.rewrapTenantKey(same)).getNamespace().getCustomerKey())
        .isEqualTo("acme");
    assertRefused(
        () -> theirs.rewrapTenantKey(same.toBuilder().setCustomerKey("globex").build()),
        "PERMISSION_DENIED",
        "");
  }

  @Test
  void aKeyThatIsConfiguredLaterIsFoundWithoutARestart() throws Exception {
    assertRefused(() -> create("later", "initech", 4), "INVALID_ARGUMENT", "customer_key");
    Files.writeString(
        node.folder().resolve("node.properties"),
        """

        rekindle.keys.tenants.initech.provider=switched
        rekindle.keys.tenants.initech.local-key-file=initech
        """,
        StandardOpenOption.APPEND);
    create("later", "initech", 4);
    assertThat(caller().store("later", Seed.of("a text")).content()).isEqualTo("a text");
  }

  private KeyState stateOf(Tenant tenant) {
    return call(() -> keys().listKeys(ListKeysRequest.getDefaultInstance())).getKeysList().stream()
        .filter(key -> key.getName().equals(tenant.root))
        .filter(key -> key.hasMadeAt() && key.hasWrappedAt() && key.hasDueAt())
        .filter(key -> key.getWrappedBy().endsWith(" " + tenant.customerKey))
        .map(Key::getState)
        .findFirst()
        .orElseThrow();
  }

  private int slicesInMemory() {
    Matcher gauge =
        Pattern.compile("(?m)^rekindle_index_slices ([\\d.]+)$").matcher(node.shell().metrics());
    assertThat(gauge.find()).isTrue();
    return (int) Double.parseDouble(gauge.group(1));
  }

  private boolean isLocked(Tenant tenant) {
    try {
      var _ = caller().list(List.of(tenant.root), 1, null);
      return false;
    } catch (Refused e) {
      assertThat(e.reason()).isEqualTo("KEY_REVOKED");
      return true;
    }
  }

  private void set(String customerKey, Switch to) {
    SwitchedKeys.set(node.folder().resolve(customerKey), to);
  }

  private List<String> notes(Tenant tenant) {
    return call(
            () ->
                AuditServiceGrpc.newBlockingStub(admin())
                    .listAuditRecords(
                        ListAuditRecordsRequest.newBuilder().setPageSize(1_000).build()))
        .getAuditRecordsList()
        .stream()
        .filter(record -> record.toString().contains(tenant.root))
        .map(AuditRecord::getAction)
        .toList();
  }

  private static void assertRefused(Callable<?> request, String reason, String about) {
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

  private static void assertRefused(Runnable request, String reason, String about) {
    assertRefused(
        () -> {
          request.run();
          return true;
        },
        reason,
        about);
  }

  private static GetNamespaceRequest named(String path) {
    return GetNamespaceRequest.newBuilder().setNamespace(path).build();
  }

  private KeyServiceBlockingStub keys() {
    return KeyServiceGrpc.newBlockingStub(admin());
  }

  private NamespaceServiceBlockingStub namespaces() {
    return NamespaceServiceGrpc.newBlockingStub(admin());
  }

  private Channel admin() {
    return door.channel(node.adminKey());
  }

  private TestDoor.Caller caller() {
    return door.caller(node.adminKey());
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    for (int i = 0; i < 200 && !condition.call(); i++) {
      Thread.sleep(100);
    }
    assertThat(condition.call()).isTrue();
  }
}
