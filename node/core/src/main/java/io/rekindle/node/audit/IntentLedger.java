package io.rekindle.node.audit;

import io.rekindle.node.model.RequestId;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The intents without an outcome, by request, oldest first. Bounded: the requests in flight are far
 * fewer, so the oldest beyond the bound are those that nobody will ever close. Thread-safe.
 */
final class IntentLedger {
  static final int INTENTS_MAX = 4_096;

  private final Map<RequestId, OpenIntent> open = new LinkedHashMap<>();

  /** Takes a record that is now in the chain. */
  synchronized void note(long sequence, AuditRecord record) {
    switch (record.kind()) {
      case INTENT -> add(OpenIntent.of(sequence, record));
      // What was denied after its intent is over as well: the rows themselves forbade it.
      case OUTCOME, DENIAL -> open.remove(record.requestId());
      default -> {}
    }
  }

  synchronized void add(OpenIntent intent) {
    open.putIfAbsent(intent.requestId(), intent);
    if (open.size() > INTENTS_MAX) {
      Iterator<RequestId> oldest = open.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  synchronized List<OpenIntent> list() {
    return List.copyOf(open.values());
  }
}
