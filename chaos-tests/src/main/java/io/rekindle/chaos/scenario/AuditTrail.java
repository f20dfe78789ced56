package io.rekindle.chaos.scenario;

import io.rekindle.chaos.checker.ChainCheck;
import io.rekindle.chaos.cluster.ChaosNode;
import io.rekindle.chaos.cluster.Cluster;
import io.rekindle.chaos.cluster.Distribution;
import io.rekindle.chaos.model.RecordKey;
import io.rekindle.client.RekindleClient;
import io.rekindle.client.RekindleClientException;
import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.ListAuditRecordsRequest;
import io.rekindle.v1.ListAuditRecordsResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the audit says, while a run goes on and after it. */
final class AuditTrail {
  /** In the line of the node that is asked, which is the first. */
  private static final Pattern LAST = Pattern.compile("to #([0-9,]+)\\)");

  private static final int PAGE = 1_000;

  private final Map<Integer, Long> lastSequencesSeen = new TreeMap<>();

  /** Remembers the newest number of each node's chain, when the node answers. */
  void look(Cluster cluster) {
    cluster.nodes().forEach(it -> look(cluster, it));
  }

  private void look(Cluster cluster, ChaosNode node) {
    try (RekindleClient administrator = cluster.administrator(node)) {
      ListAuditRecordsRequest newest = ListAuditRecordsRequest.newBuilder().setPageSize(1).build();
      administrator.audit().list(newest).execute().getAuditRecordsList().stream()
          .mapToLong(AuditRecord::getSequence)
          .forEach(it -> lastSequencesSeen.merge(node.number(), it, Math::max));
    } catch (RekindleClientException e) {
      // A node on a full disk, say: then this look has nothing to say.
    }
  }

  /** By the number of the node. */
  Map<Integer, Long> lastSequencesSeen() {
    return lastSequencesSeen;
  }

  List<ChainCheck> verify(Cluster cluster) {
    List<ChainCheck> checks = new ArrayList<>();
    for (ChaosNode node : cluster.nodes()) {
      Distribution.Ended ended = cluster.verifyAudit(node);
      Matcher last = LAST.matcher(ended.output());
      long sequence = last.find() ? Long.parseLong(last.group(1).replace(",", "")) : 0;
      checks.add(new ChainCheck(node.number(), ended.code(), sequence, ended.output()));
    }
    return checks;
  }

  /** The memories of which an outcome, in the chain of any node, says that they were changed. */
  Set<RecordKey> changed(Cluster cluster) {
    Set<RecordKey> changed = new HashSet<>();
    cluster.nodes().forEach(it -> addChanged(cluster, it, changed));
    return changed;
  }

  private static void addChanged(Cluster cluster, ChaosNode node, Set<RecordKey> changed) {
    try (RekindleClient administrator = cluster.administrator(node)) {
      String token = "";
      do {
        ListAuditRecordsResponse page =
            administrator
                .audit()
                .list(
                    ListAuditRecordsRequest.newBuilder()
                        .setPageSize(PAGE)
                        .setPageToken(token)
                        .build())
                .execute();
        page.getAuditRecordsList().stream()
            .filter(it -> it.getKind().equals("outcome") && it.getDecision().equals("allowed"))
            .forEach(
                it ->
                    it.getNamespacesList()
                        .forEach(
                            namespace ->
                                it.getMemoryIdsList()
                                    .forEach(id -> changed.add(new RecordKey(namespace, id)))));
        token = page.getNextPageToken();
      } while (!token.isEmpty());
    }
  }
}
