package io.rekindle.cli.kms;

import io.rekindle.cli.CommandFailedException;
import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.cluster.LocalCluster;
import io.rekindle.client.RekindleClient;
import io.rekindle.client.RekindleClientException;
import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.CreateNamespaceRequest;
import io.rekindle.v1.ListAuditRecordsRequest;
import io.rekindle.v1.Namespace;
import io.rekindle.v1.VerifyAuditResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code rekindle kms demo}: a node under a customer's key, the key's rotation, its revocation, and
 * what is there when it is back; then the same for one tenant of two.
 */
@Command(
    name = "demo",
    description = "Start a node under a key in a Vault of its own; rotate, revoke and restore it.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:it was locked, and nothing was lost", "1:it was not, or a step failed"})
public final class KmsDemo implements Callable<Integer> {
  private static final String NAMESPACE = "demo/memories";
  static final String REVOKED = "KEY_REVOKED";
  static final Duration CALL_MAX = Duration.ofSeconds(20);
  static final Duration TRY_MAX = Duration.ofSeconds(5);
  static final Duration CHANGE_MAX = Duration.ofMinutes(3);
  static final int AUDIT_PAGE = 1_000;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--data-folder",
      description = "where the node and the Vault keep theirs (default: ${DEFAULT-VALUE})",
      defaultValue = "rekindle-kms")
  private Path dataFolder = Path.of("rekindle-kms");

  @Option(
      names = "--memories",
      description = "how many are stored (default: ${DEFAULT-VALUE})",
      defaultValue = "50")
  private int memories = 50;

  @Option(
      names = "--nodes",
      description = "of one cluster (default: ${DEFAULT-VALUE})",
      defaultValue = "1")
  private int nodes = 1;

  @Option(
      names = "--lease",
      description = "after which a node asks its key again (default: ${DEFAULT-VALUE})",
      defaultValue = "PT5S")
  private Duration lease = Duration.ofSeconds(5);

  @Override
  public Integer call() throws IOException {
    if (Files.exists(dataFolder)) {
      throw new CommandFailedException(
          "the folder " + dataFolder + " exists: take another one by --data-folder");
    }
    try (DemoVault vault = DemoVault.start(dataFolder.resolve("vault"))) {
      say("a Vault listens at %s, TLS 1.3 alone".formatted(vault.address()));
      List<String> settings = new ArrayList<>(vault.settings());
      settings.add("rekindle.keys.lease=" + lease);
      for (String tenant : TenantDemo.TENANTS) {
        vault.command("make", tenant);
        settings.addAll(vault.tenantSettings(tenant));
      }
      try (LocalCluster cluster = LocalCluster.create(dataFolder, nodes, settings)) {
        cluster.start();
        say(
            "nodes run whose cluster key only this Vault unwraps: %d; their lease is %s"
                .formatted(nodes, lease));
        TenantDemo tenants = new TenantDemo(vault, cluster, memories, this::say);
        return run(vault, cluster) && tenants.run() ? ExitCodes.OK : ExitCodes.FAILURE;
      }
    }
  }

  private boolean run(DemoVault vault, LocalCluster cluster) {
    Map<String, String> stored = store(cluster);
    vault.command("rotate", DemoVault.KEY);
    boolean good = true;
    for (int node = 0; node < nodes; node++) {
      good &= cluster.rotateKey(node) == ExitCodes.OK;
    }
    vault.command("trim", DemoVault.KEY);
    say("the key was rotated in Vault, and its first version was trimmed");
    good &= missing(cluster, stored) == 0;

    vault.command("revoke", DemoVault.KEY);
    long revokedAt = System.nanoTime();
    say("the key is revoked");
    good &= isSoon(cluster, true);
    say("locked after %,d ms".formatted(millisSince(revokedAt)));
    good &= isEveryDoorLocked(cluster);

    vault.command("restore", DemoVault.KEY);
    long restoredAt = System.nanoTime();
    say("the key is restored");
    good &= isSoon(cluster, false);
    say("answers again after %,d ms, the same process".formatted(millisSince(restoredAt)));
    good &= missing(cluster, stored) == 0;
    good &= isAudited(cluster);
    return good;
  }

  private Map<String, String> store(LocalCluster cluster) {
    Map<String, String> stored = new LinkedHashMap<>();
    try (RekindleClient client = cluster.client(CALL_MAX)) {
      client
          .namespaces()
          .create(
              CreateNamespaceRequest.newBuilder()
                  .setNamespace(Namespace.newBuilder().setNamespace(NAMESPACE))
                  .build())
          .execute();
      for (int i = 0; i < memories; i++) {
        String content = "memory " + i;
        stored.put(
            client.memories().store(NAMESPACE, content).execute().getMemory().getMemoryId(),
            content);
      }
    }
    say("%,d memories are stored".formatted(stored.size()));
    return stored;
  }

  private int missing(LocalCluster cluster, Map<String, String> stored) {
    int missing = 0;
    try (RekindleClient client = cluster.client(CALL_MAX)) {
      for (Map.Entry<String, String> memory : stored.entrySet()) {
        String content =
            client.memories().get(NAMESPACE, memory.getKey()).execute().getMemory().getContent();
        missing += content.equals(memory.getValue()) ? 0 : 1;
      }
    }
    say("%,d memories read, %,d missing".formatted(stored.size(), missing));
    return missing;
  }

  /** Whether every node is locked, or none is, before long. */
  private boolean isSoon(LocalCluster cluster, boolean locked) {
    long deadline = System.nanoTime() + CHANGE_MAX.toNanos();
    boolean soon = true;
    for (int node = 0; node < nodes; node++) {
      soon &= isSoon(cluster, node, locked, deadline);
    }
    return soon;
  }

  private static boolean isSoon(LocalCluster cluster, int node, boolean locked, long deadline) {
    while (System.nanoTime() - deadline < 0) {
      String answer = answer(cluster.client(node, TRY_MAX), KmsDemo::readNothing);
      if (locked ? answer.equals(REVOKED) : answer.equals("MEMORY_NOT_FOUND")) {
        return true;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
    return false;
  }

  /** Something to ask a node. */
  interface Asked {
    void ask(RekindleClient client);
  }

  private static void readNothing(RekindleClient client) {
    var _ = client.memories().get(NAMESPACE, "00000000-0000-7000-8000-000000000000").execute();
  }

  /** The reason of its refusal, or that there was none; closes the client. */
  static String answer(RekindleClient client, Asked asked) {
    try (client) {
      asked.ask(client);
      return "an answer";
    } catch (RekindleClientException e) {
      return e.reason();
    }
  }

  private boolean isEveryDoorLocked(LocalCluster cluster) {
    Map<String, Asked> doors = new LinkedHashMap<>();
    doors.put("store", client -> client.memories().store(NAMESPACE, "no").execute());
    doors.put("get", KmsDemo::readNothing);
    doors.put("search", client -> client.memories().search(NAMESPACE, "memory", 1).execute());
    doors.put("list nodes", client -> client.cluster().listNodes().execute());
    doors.put("verify the audit", client -> client.audit().verify().execute());
    boolean locked = true;
    for (Map.Entry<String, Asked> door : doors.entrySet()) {
      String reason = answer(cluster.client(TRY_MAX), door.getValue());
      say("  %s: %s".formatted(door.getKey(), reason));
      locked &= reason.equals(REVOKED);
    }
    String nobody = answer(cluster.clientOf("no API key at all", TRY_MAX), KmsDemo::readNothing);
    say("  without a valid API key: %s".formatted(nobody));
    return locked && nobody.equals(REVOKED);
  }

  private boolean isAudited(LocalCluster cluster) {
    try (RekindleClient client = cluster.client(CALL_MAX)) {
      List<AuditRecord> records =
          client
              .audit()
              .list(ListAuditRecordsRequest.newBuilder().setPageSize(AUDIT_PAGE).build())
              .execute()
              .getAuditRecordsList();
      long refused =
          records.stream()
              .filter(record -> record.getDecision().equals(REVOKED))
              .mapToLong(AuditRecord::getMemoryCount)
              .sum();
      boolean locked = has(records, "key.locked");
      boolean unlocked = has(records, "key.unlocked");
      VerifyAuditResponse verified = client.audit().verify().execute();
      say(
          "the audit has key.locked: %s, key.unlocked: %s, requests refused meanwhile: %,d, problems: %d"
              .formatted(locked, unlocked, refused, verified.getProblemsCount()));
      return locked && unlocked && refused > 0 && verified.getProblemsCount() == 0;
    }
  }

  static boolean has(List<AuditRecord> records, String action) {
    return records.stream().anyMatch(record -> record.getAction().equals(action));
  }

  static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }

  private void say(String text) {
    if (spec == null) {
      throw new IllegalStateException("a command is run by its command line");
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(text);
    out.flush();
  }
}
