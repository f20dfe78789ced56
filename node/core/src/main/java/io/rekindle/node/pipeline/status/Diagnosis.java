package io.rekindle.node.pipeline.status;

import io.rekindle.node.model.NodeReport;
import io.rekindle.node.model.StatusProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What is wrong, by what the nodes say of themselves: one line each, with what to do. Pure; one
 * diagnosis, one thread.
 */
final class Diagnosis {
  private static final String CLUSTER = "";

  /** Of the audit's tail: a chain that is kept up has some files at most. */
  private static final int TAIL_PARTS = 4;

  /** A clock that is half of the way to where a node may not join any more. */
  private static final int CLOCK_PARTS = 2;

  /** Longer than several attempts with their pauses take. */
  private static final long PENDING_SECONDS_MAX = 15 * 60;

  /** Of those that are counted. */
  private static final int NAMED_MAX = 3;

  private final List<StatusProblem> problems = new ArrayList<>();

  private Diagnosis() {}

  /**
   * Looks at all.
   *
   * @param self the report of the node that was asked, whose view of the cluster counts
   * @return the worst first
   */
  static List<StatusProblem> of(NodeReport self, List<NodeReport> all) {
    Diagnosis diagnosis = new Diagnosis();
    diagnosis.cluster(self, all);
    all.stream().filter(NodeReport::answered).forEach(diagnosis::node);
    return List.copyOf(diagnosis.problems);
  }

  private void cluster(NodeReport self, List<NodeReport> all) {
    long lost = number(self, "partitions_lost");
    if (lost > 0) {
      add(
          "partitions-lost",
          CLUSTER,
          ("%,d partitions have no copy in reach and are refused: start the nodes that are away,"
               + " and they are served again; docs/cluster.md says what to do if some will never be"
               + " back")
              .formatted(lost));
    }
    for (String away : list(self, "nodes_away")) {
      String id = away.split(" ", 2)[0];
      add(
          "node-away",
          id,
          ("node %s holds data and is away: `./rekindle node start` there; if it will never be"
                  + " back, `./rekindle cluster remove --dry-run %s`")
              .formatted(away, id));
    }
    all.stream()
        .filter(report -> !report.answered())
        .forEach(
            report ->
                add(
                    "node-silent",
                    report.nodeId(),
                    ("node %s is there and did not say how it is: read its diagnostics; if it stays"
                            + " so, end it and `./rekindle node start` there")
                        .formatted(report.nodeId())));
    for (String id : list(self, "nodes_without_data")) {
      add(
          "node-without-data",
          id,
          "node %s has joined and holds no data: `./rekindle cluster add --dry-run %s`"
              .formatted(id, id));
    }
    copies(self, all);
  }

  private void copies(NodeReport self, List<NodeReport> all) {
    long few = number(self, "partitions_short");
    long coming = all.stream().mapToLong(report -> number(report, "partitions_coming")).sum();
    if (coming > 0) {
      add(
          "rebalance",
          CLUSTER,
          ("%,d copies of partitions are on their way, %,d partitions have too few until then:"
                  + " wait, and stop no other node; `./rekindle cluster show` counts down")
              .formatted(coming, few));
    } else if (few > 0) {
      add(
          "copies-missing",
          CLUSTER,
          ("%,d partitions have too few copies, and another loss can be one of data: start the"
               + " nodes that are away, or give their place to others (`./rekindle cluster show`)")
              .formatted(few));
    }
  }

  private void node(NodeReport report) {
    String id = report.nodeId();
    if ("no".equals(report.facts().get("majority"))) {
      add(
          "no-majority",
          id,
          ("node %s sees no majority and answers nothing: look at its network; it ends by itself,"
                  + " and joins when it is started again")
              .formatted(id));
    }
    long stopped = number(report, "partitions_stopped");
    if (stopped > 0) {
      add(
          "copies-stopped",
          id,
          ("node %s gave up taking %,d copies of partitions, its diagnostics say why: start it anew"
                  + " by `./rekindle node start`; if it gives up again, let another node take its"
                  + " place")
              .formatted(id, stopped));
    }
    if ("yes".equals(report.facts().get("copies_of_a_cut"))
        && "yes".equals(report.facts().get("majority"))) {
      add(
          "copies-of-a-cut",
          id,
          ("node %s was without a majority, and has not joined the others since: what it committed"
                  + " alone may be in its copies. Start it once more, it alone, when no copies are"
                  + " missing: it takes them anew")
              .formatted(id));
    }
    String doubt = report.facts().getOrDefault("key_doubt", "");
    if (!doubt.isEmpty()) {
      add(
          "key-unproved",
          id,
          ("node %s did not get its cluster key unwrapped when it asked last (%s), and not for"
                  + " %,d s: it is locked after %,d s. On its machine `./rekindle kms status"
                  + " --data-folder FOLDER` says more; docs/security/keys.md says what to do")
              .formatted(id, doubt, number(report, "key_proved_s"), number(report, "key_grace_s")));
    }
    tenantKeys(report);
    for (String gone : list(report, "start_without")) {
      add(
          "start-without",
          id,
          ("node %s still has %s in rekindle.cluster.start-without, and has started: take it out of"
                  + " its configuration, or the next start of the whole cluster does not wait for"
                  + " that node either")
              .formatted(id, gone));
    }
    groupKeys(report);
    disk(report);
    clock(report);
    long tail = number(report, "audit_tail_bytes");
    if (tail > number(report, "audit_tail_bytes_max") / TAIL_PARTS) {
      add(
          "audit-tail",
          id,
          ("node %s has %,d bytes of audit that are not in the cluster yet, and answers nothing at"
               + " rekindle.audit.tail-bytes-max: bring back a majority, and read its diagnostics")
              .formatted(id, tail));
    }
    embedding(report);
    long building = number(report, "index_slices_building");
    if (building > 0) {
      add(
          "index-building",
          id,
          ("node %s builds %,d indexes, %,d memories read so far: searches of these answer"
                  + " NOT_READY when it takes long; wait")
              .formatted(id, building, number(report, "index_memories_read")));
    }
  }

  private void tenantKeys(NodeReport report) {
    List<String> locked = list(report, "tenant_keys_locked");
    if (!locked.isEmpty()) {
      add(
          "tenants-locked",
          report.nodeId(),
          ("node %s has locked %,d tenants, whose customers' keys are revoked or out of reach: %s."
                  + " They come back by themselves with their keys; docs/security/tenant-keys.md"
                  + " says what to look at")
              .formatted(report.nodeId(), locked.size(), some(locked)));
    }
    List<String> unproved = list(report, "tenant_keys_unproved");
    if (!unproved.isEmpty()) {
      add(
          "tenant-keys-unproved",
          report.nodeId(),
          ("node %s did not get the keys of %,d tenants unwrapped when it asked last: %s. It locks"
                  + " them after rekindle.keys.grace; its diagnostics say why,"
                  + " docs/security/tenant-keys.md what to do")
              .formatted(report.nodeId(), unproved.size(), some(unproved)));
    }
  }

  /** Whoever misses a backup at night looks here. */
  private void groupKeys(NodeReport report) {
    long groups = number(report, "group_keys_reencrypting");
    if (groups > 0) {
      add(
          "reencryption",
          report.nodeId(),
          ("node %s seals the pages of %,d groups of caches anew after a rotation of their keys,"
                  + " %,d bytes are left to be read: backups and rotations are refused until then."
                  + " Wait; if it gets no further, start the node anew by `./rekindle node start`")
              .formatted(report.nodeId(), groups, number(report, "group_keys_bytes_left")));
    }
  }

  private static String some(List<String> names) {
    String first = String.join(", ", names.subList(0, Math.min(NAMED_MAX, names.size())));
    return names.size() > NAMED_MAX ? first + ", ..." : first;
  }

  private void disk(NodeReport report) {
    long usable = number(report, "disk_usable_bytes");
    long reserve = number(report, "disk_reserve_bytes");
    if (usable < reserve) {
      add(
          "disk-reserve",
          report.nodeId(),
          ("node %s refuses stores: its disk has %,d bytes, below rekindle.disk.reserve-bytes=%,d:"
                  + " make room on the disk of its data folder, or delete memories")
              .formatted(report.nodeId(), usable, reserve));
    } else if (usable < 2 * reserve) {
      add(
          "disk-low",
          report.nodeId(),
          ("node %s has %,d bytes of disk left, and refuses stores below"
                  + " rekindle.disk.reserve-bytes=%,d: make room on the disk of its data folder")
              .formatted(report.nodeId(), usable, reserve));
    }
  }

  private void clock(NodeReport report) {
    long off = Math.abs(number(report, "clock_difference_ms"));
    long max = number(report, "clock_difference_max_ms");
    if (max > 0 && off > max / CLOCK_PARTS) {
      add(
          "clock",
          report.nodeId(),
          ("the clock of node %s is %,d ms off the others', and with more than %,d ms it does not"
                  + " start: see to its time service")
              .formatted(report.nodeId(), off, max));
    }
  }

  private void embedding(NodeReport report) {
    String id = report.nodeId();
    if (number(report, "embedding_calls_hung") > 0) {
      add(
          "embedding-hung",
          id,
          ("a model hangs on node %s with %,d texts or queries: read its diagnostics, and start it"
                  + " anew by `./rekindle node start`")
              .formatted(id, number(report, "embedding_calls_hung")));
    }
    if ("0".equals(report.facts().get("embedding_nodes"))) {
      add(
          "nobody-embeds",
          id,
          ("no node embeds what is stored through node %s, which is not found by meaning and waits:"
               + " set rekindle.embedding.role=any on one node at least, and start that one anew by"
               + " `./rekindle node start`")
              .formatted(id));
    }
    for (String model : list(report, "models_missing")) {
      add(
          "model-missing",
          id,
          ("node %s lacks the model %s of a namespace: put it back into"
                  + " rekindle.embedding.models-folder, and start the node anew")
              .formatted(id, model));
    }
    long oldest = number(report, "embedding_oldest_pending_s");
    if (oldest > PENDING_SECONDS_MAX) {
      add(
          "embedding-behind",
          id,
          ("a memory on node %s waits for its vector for %,d s, with %,d in the queue: more workers"
                  + " (rekindle.embedding.workers), or its diagnostics, if the queue is empty")
              .formatted(id, oldest, number(report, "embedding_queue")));
    }
    if (number(report, "memories_failed") > 0) {
      add(
          "memories-failed",
          id,
          ("%,d memories of node %s could not be embedded, and are not found by meaning: its"
                  + " diagnostics say why, by id")
              .formatted(number(report, "memories_failed"), id));
    }
  }

  private void add(String code, String nodeId, String text) {
    problems.add(new StatusProblem(code, nodeId, text));
  }

  /** Of an earlier release there may be none. */
  private static long number(NodeReport report, String fact) {
    String value = report.facts().get(fact);
    try {
      return value == null ? 0 : Long.parseLong(value);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static List<String> list(NodeReport report, String fact) {
    Map<String, String> facts = report.facts();
    String value = facts.getOrDefault(fact, "[]");
    String inside = value.substring(1, value.length() - 1);
    return inside.isEmpty() ? List.of() : List.of(inside.split(", "));
  }
}
