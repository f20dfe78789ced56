package io.rekindle.node.bootstrap;

import io.rekindle.node.access.Action;
import io.rekindle.node.audit.AuditRecord;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.RequestId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a run of intents and outcomes says must be in the stores, and what must not. Wherever the
 * records leave it open (a failure, a crash, two requests on one memory at a time), it says
 * nothing: an alarm is never false.
 */
final class AcknowledgedMemories {
  private final Map<RequestId, List<MemoryId>> open = new HashMap<>();
  private final Map<MemoryId, Integer> openOn = new HashMap<>();
  private final Set<MemoryId> overlapping = new HashSet<>();
  private final Map<MemoryId, NamespacePath> stored = new LinkedHashMap<>();
  private final Map<MemoryId, NamespacePath> deleted = new LinkedHashMap<>();

  private AcknowledgedMemories() {}

  static AcknowledgedMemories of(List<AuditRecord> intentsAndOutcomes) {
    AcknowledgedMemories acknowledged = new AcknowledgedMemories();
    for (AuditRecord record : intentsAndOutcomes) {
      if (record.action().equals(Action.NAMESPACE_WRITE.id())) {
        acknowledged.forget(record.namespaces());
      } else if (record.kind() == AuditRecord.Kind.INTENT) {
        acknowledged.begin(record);
      } else {
        acknowledged.end(record);
      }
    }
    return acknowledged;
  }

  /** Must be there. */
  Map<MemoryId, NamespacePath> stored() {
    return stored;
  }

  /** Must not be there. */
  Map<MemoryId, NamespacePath> deleted() {
    return deleted;
  }

  private void forget(List<NamespacePath> paths) {
    stored.values().removeAll(paths);
    deleted.values().removeAll(paths);
  }

  private void begin(AuditRecord intent) {
    open.put(intent.requestId(), intent.memoryIds());
    for (MemoryId id : intent.memoryIds()) {
      if (openOn.merge(id, 1, Integer::sum) > 1) {
        overlapping.add(id);
      }
      stored.remove(id);
      deleted.remove(id);
    }
  }

  private void end(AuditRecord outcome) {
    List<MemoryId> intended = open.remove(outcome.requestId());
    if (intended == null) {
      // Its intent is older than what we know: when it took effect can't be told.
      outcome.memoryIds().forEach(stored::remove);
      outcome.memoryIds().forEach(deleted::remove);
      return;
    }
    if (outcome.decision().equals(AuditRecord.ALLOWED) && outcome.namespaces().size() == 1) {
      for (MemoryId id : outcome.memoryIds()) {
        if (intended.contains(id) && !overlapping.contains(id)) {
          settle(outcome, id);
        }
      }
    }
    for (MemoryId id : intended) {
      if (openOn.merge(id, -1, Integer::sum) == 0) {
        openOn.remove(id);
        overlapping.remove(id);
      }
    }
  }

  private void settle(AuditRecord outcome, MemoryId id) {
    NamespacePath path = outcome.namespaces().getFirst();
    if (outcome.action().equals(Action.DELETE.id())) {
      deleted.put(id, path);
    } else if (outcome.action().equals(Action.STORE.id())
        || outcome.action().equals(Action.UPDATE.id())) {
      stored.put(id, path);
    }
  }
}
