package io.rekindle.node.cluster;

import io.rekindle.node.model.ClusterNodeInfo;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Since when nodes that hold data are away, as far as this one has seen: at the earliest since its
 * own start. Thread-safe.
 */
public final class Absences {
  private final Supplier<? extends Iterable<ClusterNodeInfo>> members;
  private final InstantSource clock;
  private final Map<String, Instant> since = new ConcurrentHashMap<>();

  /** Of the members as they are at each look. */
  public Absences(Supplier<? extends Iterable<ClusterNodeInfo>> members, InstantSource clock) {
    this.members = members;
    this.clock = clock;
  }

  /** By id, as of now. To be called now and then, so that a time is near to the truth. */
  public Map<String, Instant> look() {
    Set<String> away = new java.util.TreeSet<>();
    for (ClusterNodeInfo member : members.get()) {
      if (member.inBaseline() && !member.online()) {
        away.add(member.id());
      }
    }
    since.keySet().retainAll(away);
    away.forEach(id -> since.putIfAbsent(id, clock.instant()));
    return since.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, Map.Entry::getValue, (first, _) -> first, TreeMap::new));
  }
}
