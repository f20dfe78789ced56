package io.rekindle.chaos.checker;

import io.rekindle.chaos.history.History;
import io.rekindle.chaos.history.Kind;
import io.rekindle.chaos.history.Observed;
import io.rekindle.chaos.history.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Condemns stores under one idempotency key that were answered with different memories, or of which
 * two were told that they made it; and a value that the last lists show under two ids, so that a
 * store was carried out twice. Both hold whether the repetition came from a client that had no
 * answer, or from two at the same time.
 *
 * <p>Cannot know of keys that were used again after their memory was deleted: the record goes with
 * it, and the traffic does not do so.
 */
public final class OneWinnerPerIdempotencyKey implements Checker {
  private record Scope(String namespace, String idempotencyKey) {}

  @Override
  public List<Violation> check(Evidence evidence) {
    List<Violation> found = new ArrayList<>();
    Map<Scope, Operation> first = new HashMap<>();
    Map<Scope, Operation> maker = new HashMap<>();
    for (Operation store : evidence.history().operations()) {
      if (store.kind() != Kind.STORE || !store.acknowledged()) {
        continue;
      }
      Scope scope = new Scope(store.namespace(), store.request().idempotencyKey());
      Operation other = first.putIfAbsent(scope, store);
      if (other != null && !other.key().equals(store.key())) {
        found.add(Violation.of(this, "one key, two memories", other, store));
      }
      if (store.answer().created()) {
        Operation made = maker.putIfAbsent(scope, store);
        if (made != null) {
          found.add(Violation.of(this, "one key, two winners", made, store));
        }
      }
    }
    twice(evidence.history(), found);
    return found;
  }

  private void twice(History history, List<Violation> found) {
    Map<Scope, Set<String>> ids = new HashMap<>();
    history
        .lastReads()
        .filter(it -> it.kind() == Kind.LIST)
        .forEach(
            list -> {
              for (Observed seen : list.answer().observed()) {
                Scope value = new Scope(list.namespace(), seen.fingerprint().content());
                Set<String> all = ids.computeIfAbsent(value, _ -> new HashSet<>());
                if (all.add(seen.key()) && all.size() == 2) {
                  found.add(Violation.of(this, "one value, two memories: " + all, list));
                }
              }
            });
  }
}
