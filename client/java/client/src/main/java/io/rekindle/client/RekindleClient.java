package io.rekindle.client;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A connection to Rekindle. Make one for each API key and keep it: it is thread-safe, connects on
 * its first call, reconnects by itself, and carries any number of calls at once.
 *
 * <pre>{@code
 * try (RekindleClient client =
 *     RekindleClient.builder("localhost:8443")
 *         .caCertificate(Path.of("rekindle-data/tls/server-ca.crt"))
 *         .apiKey(key)
 *         .build()) {
 *   client.memories().store("company_a/support", "Refunds take five days.").execute();
 *   client.memories().search("company_a/support", "how long is a refund?", 5).execute();
 * }
 * }</pre>
 */
public final class RekindleClient implements AutoCloseable {
  private static final long CLOSE_WAIT_SECONDS = 5;

  private final ManagedChannel managed;
  private final MemoryCalls memories;
  private final AgentStateCalls agentStates;
  private final NamespaceCalls namespaces;
  private final AccessCalls access;
  private final AuditCalls audit;
  private final ClusterCalls cluster;
  private final BackupCalls backups;
  private final KeyCalls keys;

  RekindleClient(ManagedChannel managed, Channel channel, Duration deadline) {
    this.managed = managed;
    this.memories = new MemoryCalls(channel, deadline);
    this.agentStates = new AgentStateCalls(channel, deadline);
    this.namespaces = new NamespaceCalls(channel, deadline);
    this.access = new AccessCalls(channel, deadline);
    this.audit = new AuditCalls(channel, deadline);
    this.cluster = new ClusterCalls(channel, deadline);
    this.backups = new BackupCalls(channel, deadline);
    this.keys = new KeyCalls(channel, deadline);
  }

  /**
   * Starts a client.
   *
   * @param target {@code host:port} of a node, or of several of one cluster, with commas between:
   *     calls go to them in turn, and one that a node can't answer is tried again by the next
   * @throws IllegalArgumentException when one of several is not {@code host:port}
   */
  public static RekindleClientBuilder builder(String target) {
    return new RekindleClientBuilder(target);
  }

  public MemoryCalls memories() {
    return memories;
  }

  public AgentStateCalls agentStates() {
    return agentStates;
  }

  public NamespaceCalls namespaces() {
    return namespaces;
  }

  public AccessCalls access() {
    return access;
  }

  public AuditCalls audit() {
    return audit;
  }

  public ClusterCalls cluster() {
    return cluster;
  }

  public BackupCalls backups() {
    return backups;
  }

  public KeyCalls keys() {
    return keys;
  }

  /** Waits at most five seconds for calls under way, then cancels them. */
  @Override
  public void close() {
    managed.shutdown();
    try {
      if (!managed.awaitTermination(CLOSE_WAIT_SECONDS, TimeUnit.SECONDS)) {
        managed.shutdownNow();
      }
    } catch (InterruptedException e) {
      managed.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
