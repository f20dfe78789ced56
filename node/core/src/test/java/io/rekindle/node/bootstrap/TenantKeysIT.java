package io.rekindle.node.bootstrap;

import static io.rekindle.node.endpoint.grpc.GrpcTestDoor.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.contract.TestDoor.Refused;
import io.rekindle.node.endpoint.grpc.GrpcTenants;
import io.rekindle.node.kms.SwitchedKeys;
import io.rekindle.node.kms.SwitchedKeys.Switch;
import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.BackupServiceGrpc;
import io.rekindle.v1.CreateBackupRequest;
import io.rekindle.v1.Key;
import io.rekindle.v1.KeyState;
import io.rekindle.v1.ListKeysRequest;
import io.rekindle.v1.Namespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Tenants whose keys are their customers': each is locked alone, and comes back whole. */
class TenantKeysIT extends TenantKeysFixture {
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

  /** Everything of it is in the hands of whoever has the cluster's key; the customer's is away. */
  @Test
  void aTenantInABackupOpensWithItsCustomersKeyAlone() throws Exception {
    Tenant own = new Tenant("globex");
    Tenant plain = new Tenant("");
    CreateBackupRequest request = CreateBackupRequest.newBuilder().setName("kept").build();
    var _ = call(() -> BackupServiceGrpc.newBlockingStub(admin()).createBackup(request));
    Path source = node.folder();
    Path restored = source.resolveSibling("restored");
    stop();
    // The keys are not of the folder, but of their providers: here files beside it.
    Files.copy(
        source.resolveSibling("data.switched.key"), source.resolveSibling("restored.switched.key"));
    NodeRestore.create(restored, source.resolve("backups/kept"), null, List.of(), properties());
    Files.copy(source.resolve("admin.key"), restored.resolve("admin.key"));
    Files.copy(source.resolve("globex.switched.key"), restored.resolve("globex.switched.key"));
    SwitchedKeys.set(restored.resolve("globex"), Switch.REVOKED);
    begin(restored);
    try {
      own.assertLocked();
      plain.assertAllThere();
      SwitchedKeys.set(restored.resolve("globex"), Switch.ON);
      await(() -> !isLocked(own));
      own.assertAllThere();
    } finally {
      stop();
      begin(source);
    }
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

  /** With memories that wait for their vectors, at which the start looks. */
  @Test
  void aStartWaitsForNoCustomersKeyThatDoesNotAnswer() throws Exception {
    Tenant hanging = new Tenant("hanging");
    Tenant other = new Tenant("globex");
    String texts = hanging.root + "/texts";
    new GrpcTenants(admin()).create(Namespace.newBuilder().setNamespace(texts).build());
    for (int i = 0; i < 40; i++) {
      var _ = caller().store(texts, TEXT);
    }
    set("hanging", Switch.HANGING);
    restart();
    other.assertAllThere();
    hanging.assertLocked();
    assertThat(stateOf(hanging)).isEqualTo(KeyState.KEY_STATE_LOCKED);
    set("hanging", Switch.ON);
    await(() -> !isLocked(hanging));
    hanging.assertAllThere();
  }

  private Queue<String> asking(String customerKey) {
    return SwitchedKeys.asking(node.folder().resolve(customerKey));
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

  private List<String> notes(Tenant tenant) {
    return records().stream()
        .filter(record -> record.toString().contains(tenant.root))
        .map(AuditRecord::getAction)
        .toList();
  }
}
