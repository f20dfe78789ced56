package io.rekindle.node.model;

import io.rekindle.node.error.RekindleException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Everything that can be answered. Pages end with a token for the next one, or null. */
public sealed interface Reply {

  /**
   * No answer yet: the request has to be handled again, as if it had just come, when {@code over}
   * is. Until then it holds no thread, only a place among those that wait; cancelling gives the
   * place back at once.
   */
  record NotYet(CompletableFuture<?> over) implements Reply {}

  /** One result per item of a batch, in the order of the items. */
  record Stored(List<StoreResult> results) implements Reply {}

  /**
   * What became of one item.
   *
   * @param memory the row as it now is; null exactly when {@code error} is set
   * @param created false when an idempotency key or dedupe found an earlier store
   * @param waitToken names the content to a search's {@code wait_for}; null in the store, which
   *     makes none
   */
  record StoreResult(
      @Nullable MemoryColumns memory,
      boolean created,
      @Nullable RekindleException error,
      @Nullable String waitToken) {
    public StoreResult(
        @Nullable MemoryColumns memory, boolean created, @Nullable RekindleException error) {
      this(memory, created, error, null);
    }

    public StoreResult withWaitToken(String token) {
      return new StoreResult(memory, created, error, token);
    }
  }

  record Got(Memory memory) implements Reply {}

  record Listed(List<Memory> memories, @Nullable String nextPage) implements Reply {}

  /**
   * The best memories first.
   *
   * @param explain whether the caller asked how hits came to their place
   * @param partial whether some slice could not be asked
   * @param waitOutcome what came of {@code wait_for}; null when there was none
   * @param nextPage set when the answer was cut at 3 MiB
   */
  record Found(
      List<Hit> hits,
      boolean exact,
      boolean partial,
      boolean explain,
      SearchTimes times,
      @Nullable WaitOutcome waitOutcome,
      @Nullable String nextPage)
      implements Reply {}

  /**
   * One memory found.
   *
   * @param score higher is better, in the measure of the mode
   * @param similarity how near the meaning is, 0 to 1; 0 when it was found by words alone
   * @param chunk that is nearest in meaning, or null when it was found by words alone
   */
  record Hit(
      Memory memory,
      float score,
      float similarity,
      @Nullable ChunkSpan chunk,
      HitExplanation explanation) {}

  /** Where the time of a search went, by the server's own clock. */
  record SearchTimes(Duration waited, Duration embed, Duration index, Duration join) {}

  /**
   * What of {@code wait_for} a search could not wait for, by places in it.
   *
   * @param notReady not embedded yet when the time was over
   * @param failed without attempts left
   */
  record WaitOutcome(List<Integer> notReady, List<Integer> failed) {
    public WaitOutcome {
      notReady = List.copyOf(notReady);
      failed = List.copyOf(failed);
    }
  }

  /**
   * The memory after an update.
   *
   * @param waitToken names its content to a search's {@code wait_for}
   */
  record Updated(Memory memory, String waitToken) implements Reply {}

  record Deleted(List<DeleteResult> results) implements Reply {}

  /** What became of one item of a delete; an absent memory is an error of its item. */
  record DeleteResult(MemoryId memoryId, @Nullable RekindleException error) {}

  record State(AgentState state) implements Reply {}

  record StateDeleted() implements Reply {}

  record StateListed(List<AgentState> states, @Nullable String nextPage) implements Reply {}

  /**
   * One namespace.
   *
   * @param customerKey that wraps its keys, by its name; null for the cluster's
   */
  record NamespaceReply(Namespace namespace, @Nullable String customerKey) implements Reply {}

  record NamespacesListed(List<NamespaceReply> namespaces, @Nullable String nextPage)
      implements Reply {}

  /**
   * A tenant's own key, wrapped anew.
   *
   * @param customerKey by which of the customers' keys
   */
  record TenantKeyRewrapped(NamespacePath root, String customerKey) implements Reply {}

  /**
   * The cluster has another key.
   *
   * @param generation names it; no secret
   * @param keys of namespaces and roots that it wraps
   * @param groups of caches that have a new key
   */
  record ClusterKeyReplaced(String generation, int keys, int groups) implements Reply {}

  /**
   * Copies of the cluster key, wrapped anew or not.
   *
   * @param problems by node id; empty where it was done
   */
  record ClusterKeyRewrapped(Map<String, String> problems) implements Reply {}

  record AllKeysListed(List<KeyInfo> keys) implements Reply {}

  record NamespaceDeleted(long memoriesDeleted) implements Reply {}

  /** The only time that a key's secret is ever shown. */
  record KeyCreated(ApiKeyInfo key, String secretText) implements Reply {
    @Override
    public String toString() {
      return "KeyCreated[" + key.id() + "]";
    }
  }

  record KeyReply(ApiKeyInfo key) implements Reply {}

  record KeysListed(List<ApiKeyInfo> keys, @Nullable String nextPage) implements Reply {}

  record AuditListed(List<AuditEntry> entries, @Nullable String nextPage) implements Reply {}

  /**
   * What a walk along the chain found. Of a whole chain, the sequence numbers from first to last
   * are as many as records, heartbeats and lists together.
   *
   * @param lists items that hold a part of the list of memories of a record with more than 64
   * @param problems empty when the chain is whole; each names the place and what is wrong
   */
  record AuditVerified(
      long records,
      long heartbeats,
      long lists,
      long blocks,
      long firstSequence,
      long lastSequence,
      List<String> problems) {
    public AuditVerified {
      problems = List.copyOf(problems);
    }
  }

  /**
   * What walks along the chains of nodes found.
   *
   * @param nodes first the one that was asked, or named; the others by id
   */
  record AuditsVerified(List<NodeAudit> nodes) implements Reply {
    public AuditsVerified {
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * What a walk along the chain of one node found.
   *
   * @param unseen why its newest records, on its own disk, were not seen; null when they were
   */
  record NodeAudit(String nodeId, AuditVerified chain, @Nullable String unseen) {}

  /**
   * For the person on call.
   *
   * @param facts of the node that was asked, in order
   * @param problems the worst first
   * @param nodes each that is there, by id
   */
  record Status(Map<String, String> facts, List<StatusProblem> problems, List<NodeReport> nodes)
      implements Reply {
    public Status {
      problems = List.copyOf(problems);
      nodes = List.copyOf(nodes);
    }
  }

  record Identity(ApiKeyInfo key) implements Reply {}

  record Nodes(List<ClusterNodeInfo> nodes, ClusterHealth health) implements Reply {
    public Nodes {
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * What a change of the baseline did, or would do.
   *
   * @param nodes as they are afterwards
   * @param copiesMoved copies of partitions that another node gets
   * @param partitionsLost partitions whose last copy goes
   */
  record BaselineChanged(List<ClusterNodeInfo> nodes, int copiesMoved, int partitionsLost)
      implements Reply {
    public BaselineChanged {
      nodes = List.copyOf(nodes);
    }
  }

  record LostReset(int partitions) implements Reply {}

  /**
   * All nodes have new keys of pages.
   *
   * @param groups of caches
   */
  record GroupKeysRotated(int groups) implements Reply {}

  record BackupMade(BackupInfo backup) implements Reply {}

  record BackupsListed(List<BackupInfo> backups) implements Reply {
    public BackupsListed {
      backups = List.copyOf(backups);
    }
  }

  /** What a backup's manifest tells, and what is wrong with its files. */
  record BackupVerified(BackupInfo backup, List<String> problems) implements Reply {
    public BackupVerified {
      problems = List.copyOf(problems);
    }
  }

  record BackupDeleted() implements Reply {}
}
