package io.rekindle.cli.kms;

import static io.rekindle.cli.kms.KmsDemo.CALL_MAX;
import static io.rekindle.cli.kms.KmsDemo.REVOKED;
import static io.rekindle.cli.kms.KmsDemo.TRY_MAX;

import io.rekindle.cli.cluster.LocalCluster;
import io.rekindle.cli.kms.KmsDemo.Asked;
import io.rekindle.client.RekindleClient;
import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.CreateNamespaceRequest;
import io.rekindle.v1.ListAuditRecordsRequest;
import io.rekindle.v1.ListMemoriesRequest;
import io.rekindle.v1.Namespace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The second part of {@link KmsDemo}: two tenants, each with a key of its own customer's, of which
 * one is revoked.
 */
final class TenantDemo {
  /** The root namespaces, and the names of their keys. */
  static final List<String> TENANTS = List.of("acme", "globex");

  private static final String LOCKED = TENANTS.getFirst();
  private static final String OTHER = TENANTS.getLast();
  private static final String NOWHERE = "00000000-0000-7000-8000-000000000000";

  private final DemoVault vault;
  private final LocalCluster cluster;
  private final int memories;
  private final Consumer<String> say;

  /**
   * @param vault which has a key of each tenant's name, that the nodes are configured with
   * @param memories to store in each
   */
  TenantDemo(DemoVault vault, LocalCluster cluster, int memories, Consumer<String> say) {
    this.vault = vault;
    this.cluster = cluster;
    this.memories = memories;
    this.say = say;
  }

  /** Whether everything was as it has to be. */
  boolean run() {
    Map<String, Map<String, String>> stored = new LinkedHashMap<>();
    TENANTS.forEach(tenant -> stored.put(tenant, store(tenant)));
    vault.command("rotate", LOCKED);
    try (RekindleClient client = cluster.client(CALL_MAX)) {
      var _ = client.keys().rewrapTenant(LOCKED, "").execute();
    }
    vault.command("trim", LOCKED);
    say.accept(
        "the key of %s was rotated in Vault, its tenant key is wrapped anew, and the first"
                .formatted(LOCKED)
            + " version was trimmed");

    vault.command("revoke", LOCKED);
    long revokedAt = System.nanoTime();
    say.accept("the key of %s is revoked".formatted(LOCKED));
    boolean good = isSoon(true);
    say.accept("%s is locked after %,d ms".formatted(LOCKED, KmsDemo.millisSince(revokedAt)));
    good &= isLocked();
    good &= missing(OTHER, stored) == 0;

    vault.command("restore", LOCKED);
    long restoredAt = System.nanoTime();
    say.accept("the key of %s is restored".formatted(LOCKED));
    good &= isSoon(false);
    say.accept("%s is back after %,d ms".formatted(LOCKED, KmsDemo.millisSince(restoredAt)));
    for (String tenant : TENANTS) {
      good &= missing(tenant, stored) == 0;
    }
    return isAudited() && good;
  }

  private Map<String, String> store(String tenant) {
    Map<String, String> stored = new LinkedHashMap<>();
    try (RekindleClient client = cluster.client(CALL_MAX)) {
      client
          .namespaces()
          .create(
              CreateNamespaceRequest.newBuilder()
                  .setNamespace(Namespace.newBuilder().setNamespace(tenant).setCustomerKey(tenant))
                  .build())
          .execute();
      for (int i = 0; i < memories; i++) {
        String content = "memory " + i + " of " + tenant;
        stored.put(
            client.memories().store(tenant, content).execute().getMemory().getMemoryId(), content);
      }
    }
    say.accept("%,d memories are stored in %s, under its own key".formatted(stored.size(), tenant));
    return stored;
  }

  private int missing(String tenant, Map<String, Map<String, String>> stored) {
    int missing = 0;
    Map<String, String> all = stored.getOrDefault(tenant, Map.of());
    try (RekindleClient client = cluster.client(CALL_MAX)) {
      for (Map.Entry<String, String> memory : all.entrySet()) {
        String content =
            client.memories().get(tenant, memory.getKey()).execute().getMemory().getContent();
        missing += content.equals(memory.getValue()) ? 0 : 1;
      }
    }
    say.accept("%,d memories of %s read, %,d missing".formatted(all.size(), tenant, missing));
    return missing;
  }

  /** Whether each node has locked the tenant, or none has, before long. */
  private boolean isSoon(boolean locked) {
    long deadline = System.nanoTime() + KmsDemo.CHANGE_MAX.toNanos();
    for (int node = 0; node < cluster.size(); node++) {
      while (locked != read(node).equals(REVOKED)) {
        if (System.nanoTime() - deadline > 0) {
          return false;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      }
    }
    return true;
  }

  private String read(int node) {
    return KmsDemo.answer(cluster.client(node, TRY_MAX), client -> list(client, LOCKED));
  }

  private static void list(RekindleClient client, String tenant) {
    var _ =
        client
            .memories()
            .list(ListMemoriesRequest.newBuilder().addNamespaces(tenant).build())
            .execute();
  }

  private boolean isLocked() {
    Map<String, Asked> calls = new LinkedHashMap<>();
    calls.put("store", client -> client.memories().store(LOCKED, "no").execute());
    calls.put("get", client -> client.memories().get(LOCKED, NOWHERE).execute());
    calls.put("search", client -> client.memories().search(LOCKED, "memory", 1).execute());
    calls.put("list", client -> list(client, LOCKED));
    boolean locked = true;
    for (Map.Entry<String, Asked> call : calls.entrySet()) {
      String reason = KmsDemo.answer(cluster.client(TRY_MAX), call.getValue());
      say.accept("  %s in %s: %s".formatted(call.getKey(), LOCKED, reason));
      locked &= reason.equals(REVOKED);
    }
    return locked;
  }

  private boolean isAudited() {
    try (RekindleClient client = cluster.client(CALL_MAX)) {
      List<AuditRecord> records =
          client
              .audit()
              .list(ListAuditRecordsRequest.newBuilder().setPageSize(KmsDemo.AUDIT_PAGE).build())
              .execute()
              .getAuditRecordsList();
      long refused =
          records.stream()
              .filter(record -> record.getNamespacesList().contains(LOCKED))
              .filter(record -> record.getDecision().equals(REVOKED))
              .count();
      boolean locked = KmsDemo.has(records, "tenant-key.locked");
      boolean unlocked = KmsDemo.has(records, "tenant-key.unlocked");
      say.accept(
          "the audit has tenant-key.locked: %s, tenant-key.unlocked: %s, requests of %s refused: %,d"
              .formatted(locked, unlocked, LOCKED, refused));
      return locked && unlocked && refused > 0;
    }
  }
}
