package io.rekindle.node.bootstrap;

import static io.rekindle.node.endpoint.grpc.GrpcTestDoor.call;
import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.contract.TestDoor.Refused;
import io.rekindle.node.contract.TestDoor.Seed;
import io.rekindle.node.endpoint.grpc.GrpcTenants;
import io.rekindle.node.kms.SwitchedKeys;
import io.rekindle.node.kms.SwitchedKeys.Switch;
import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.DeleteNamespaceRequest;
import io.rekindle.v1.Key;
import io.rekindle.v1.KeyKind;
import io.rekindle.v1.KeyScope;
import io.rekindle.v1.KeyServiceGrpc;
import io.rekindle.v1.KeyServiceGrpc.KeyServiceBlockingStub;
import io.rekindle.v1.ListKeysRequest;
import io.rekindle.v1.Namespace;
import io.rekindle.v1.RewrapClusterKeyRequest;
import io.rekindle.v1.RewrapTenantKeyRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is asked about tenants' keys, by whom, and what is refused. */
class TenantKeyRequestsIT extends TenantKeysFixture {
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

  /** Also when the key that is back has handed it over before the node asked again. */
  @Test
  void aLockedTenantThatIsMovedToAnotherKeyIsUnlockedByThatOneAndTheAuditSaysSo() throws Exception {
    Tenant tenant = new Tenant("acme");
    set("acme", Switch.REVOKED);
    await(() -> isLocked(tenant));
    set("acme", Switch.ON);
    assertThat(rewrap(tenant.root, "globex")).isEqualTo("globex");
    set("acme", Switch.REVOKED);
    await(() -> !isLocked(tenant));
    tenant.assertAllThere();
    await(() -> notes(tenant).contains("tenant-key.unlocked"));
    assertThat(notes(tenant)).containsExactly("tenant-key.unlocked", "tenant-key.locked");
    set("acme", Switch.ON);
  }

  /** Newest first. */
  private List<String> notes(Tenant tenant) {
    return records().stream()
        .filter(record -> record.getPeer().matches("namespace " + tenant.root + "\\b.*"))
        .map(AuditRecord::getAction)
        .toList();
  }

  /** One number for one thing: what the cluster key wraps, and what tenant keys do. */
  @Test
  void keysOfNamespacesAreCountedByWhatWrapsThem() {
    Map<String, Integer> before = counts();
    Tenant own = new Tenant("acme");
    assertThat(counts()).isEqualTo(more(before, "the tenant key of their root"));
    Tenant plain = new Tenant("");
    assertThat(own.root).isNotEqualTo(plain.root);
    assertThat(counts())
        .isEqualTo(more(more(before, "the tenant key of their root"), "the cluster key"));
  }

  /** Two namespaces, and their root. */
  private static Map<String, Integer> more(Map<String, Integer> counts, String wrappedBy) {
    Map<String, Integer> more = new TreeMap<>(counts);
    more.merge("KEY_KIND_NAMESPACE by " + wrappedBy, 2, Integer::sum);
    more.merge("KEY_KIND_SUBJECT by " + wrappedBy, 1, Integer::sum);
    return more;
  }

  private Map<String, Integer> counts() {
    Map<String, Integer> counts = new TreeMap<>();
    call(() -> keys().listKeys(ListKeysRequest.getDefaultInstance())).getKeysList().stream()
        .filter(
            key ->
                key.getKind() == KeyKind.KEY_KIND_NAMESPACE
                    || key.getKind() == KeyKind.KEY_KIND_SUBJECT)
        .forEach(key -> counts.put(key.getKind() + " by " + key.getWrappedBy(), key.getCount()));
    return counts;
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
    assertRefused(
        () -> create("fresh", "globex", 4),
        "NOT_READY",
        "customer's key can't be reached: the diagnostics of the node say why");
    set("globex", Switch.CONFUSED);
    assertRefused(() -> create("fresh", "globex", 4), "INVALID_ARGUMENT", "customer_key");
    set("globex", Switch.ON);
    assertRefused(() -> namespaces().getNamespace(named("fresh")), "NAMESPACE_NOT_FOUND", "fresh");
    create("fresh", "globex", 4);
    own.assertAllThere();
  }

  @Test
  void theAuditNamesTheCustomersKeyThatWasNamedAndTheOneThatWraps() throws Exception {
    create("named", "acme", 4);
    create("named/below", "", 4);
    create("unnamed", "", 4);
    var _ = rewrap("named", "");
    var _ = rewrap("named", "globex");
    assertRefused(() -> rewrap("named", "unknown"), "INVALID_ARGUMENT", "customer_key");
    var _ = call(() -> namespaces().getNamespace(named("named")));
    restart(); // From files, too.
    assertThat(named(List.of("named")))
        .containsExactly(
            "intent namespace.write acme",
            "outcome namespace.write acme",
            "intent key.rewrap ",
            "outcome key.rewrap acme",
            "intent key.move globex",
            "outcome key.move globex",
            "intent key.move unknown",
            "outcome key.move unknown",
            "read namespace.read ");
    assertThat(named(List.of("named/below")))
        .containsExactly("intent namespace.write ", "outcome namespace.write acme");
    assertThat(named(List.of("unnamed")))
        .containsExactly("intent namespace.write ", "outcome namespace.write ");
  }

  /** The records about these namespaces, oldest first. */
  private List<String> named(List<String> namespaces) {
    return records().reversed().stream()
        .filter(record -> record.getNamespacesList().equals(namespaces))
        .map(record -> record.getKind() + " " + record.getAction() + " " + record.getCustomerKey())
        .toList();
  }

  @Test
  void whoMayWriteOneRootMayNotMoveItToAnotherCustomersKey() {
    Tenant tenant = new Tenant("acme");
    String key =
        new GrpcTenants(admin())
            .create(KeyScope.KEY_SCOPE_ADMIN, "", GrpcTenants.grant(tenant.root, ""))
            .getSecret();
    KeyServiceBlockingStub theirs = KeyServiceGrpc.newBlockingStub(door.channel(key));
    RewrapTenantKeyRequest same =
        RewrapTenantKeyRequest.newBuilder().setNamespace(tenant.root).build();
    assertThat(call(() -> theirs.rewrapTenantKey(same)).getCustomerKey()).isEqualTo("acme");
    assertRefused(
        () -> theirs.rewrapTenantKey(same.toBuilder().setCustomerKey("globex").build()),
        "PERMISSION_DENIED",
        "");
    assertThat(actions()).contains("key.rewrap", "key.move");
  }

  @Test
  void theClusterKeyIsWrappedAnewByARequest() throws Exception {
    Path file = node.folder().resolve("keys/cluster.key");
    byte[] before = Files.readAllBytes(file);
    RewrapClusterKeyRequest request = RewrapClusterKeyRequest.getDefaultInstance();
    assertThat(call(() -> keys().rewrapClusterKey(request)).getProblemsMap().values())
        .containsExactly("");
    byte[] after = Files.readAllBytes(file);
    assertThat(after).isNotEqualTo(before);
    SwitchedKeys.set(node.folder(), Switch.UNREACHABLE);
    try {
      assertThat(call(() -> keys().rewrapClusterKey(request)).getProblemsMap().values())
          .containsExactly("the customer's key can't be reached");
    } finally {
      SwitchedKeys.set(node.folder(), Switch.ON);
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(after);
    restart();
    assertThat(actions()).contains("key.rewrap");
  }

  @Test
  void aRootWhoseNamespacesAreGoneMayHaveAnotherKeyOrNone() throws Exception {
    Tenant former = new Tenant("acme");
    delete(former.below);
    set("acme", Switch.REVOKED);
    await(() -> isLocked(former));
    delete(former.root);
    assertThat(tenantKeys()).doesNotContain(former.root);

    create(former.root, "globex", 4);
    assertThat(caller().store(former.root, Seed.of("a text")).content()).isEqualTo("a text");
    assertThat(customerKey(former.root)).isEqualTo("globex");
    set("acme", Switch.ON);
    restart();
    assertThat(caller().store(former.root, Seed.of("another")).content()).isEqualTo("another");
    assertThat(caller().list(List.of(former.root), 10, null).memories()).hasSize(2);
    assertThat(tenantKeys()).contains(former.root);
    var _ =
        call(
            () ->
                namespaces()
                    .deleteNamespace(
                        DeleteNamespaceRequest.newBuilder()
                            .setNamespace(former.root)
                            .setWithMemories(true)
                            .build()));

    create(former.root, "", 4);
    assertThat(customerKey(former.root)).isEmpty();
    assertThat(tenantKeys()).doesNotContain(former.root);
    assertThat(caller().store(former.root, Seed.of("plain")).content()).isEqualTo("plain");
  }

  private List<String> tenantKeys() {
    return call(() -> keys().listKeys(ListKeysRequest.getDefaultInstance())).getKeysList().stream()
        .filter(key -> key.getKind() == KeyKind.KEY_KIND_TENANT)
        .map(Key::getName)
        .toList();
  }

  private String customerKey(String path) {
    return call(() -> namespaces().getNamespace(named(path))).getNamespace().getCustomerKey();
  }

  /** Whoever could, would have another's customer asked in that customer's name. */
  @Test
  void whoMayWriteOneRootMayNotNameACustomersKey() {
    String key =
        new GrpcTenants(admin())
            .create(KeyScope.KEY_SCOPE_ADMIN, "", GrpcTenants.grant("theirs", ""))
            .getSecret();
    Namespace wanted =
        Namespace.newBuilder()
            .setNamespace("theirs")
            .setEmbeddingModel("external")
            .setDimensions(4)
            .setCustomerKey("acme")
            .build();
    GrpcTenants theirs = new GrpcTenants(door.channel(key));
    assertRefused(() -> theirs.create(wanted), "PERMISSION_DENIED", "");
    theirs.create(wanted.toBuilder().clearCustomerKey().build());
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
    await(() -> isMade("later", "initech")); // The file is looked at once a second.
    assertThat(caller().store("later", Seed.of("a text")).content()).isEqualTo("a text");
  }

  private String rewrap(String path, String customerKey) {
    RewrapTenantKeyRequest request =
        RewrapTenantKeyRequest.newBuilder().setNamespace(path).setCustomerKey(customerKey).build();
    return call(() -> keys().rewrapTenantKey(request)).getCustomerKey();
  }

  private boolean isMade(String path, String customerKey) {
    try {
      create(path, customerKey, 4);
      return true;
    } catch (Refused e) {
      return e.reason().equals("NAMESPACE_EXISTS");
    }
  }

  private List<String> actions() {
    return records().stream().map(AuditRecord::getAction).toList();
  }
}
