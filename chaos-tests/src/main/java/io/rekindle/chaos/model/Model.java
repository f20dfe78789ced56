package io.rekindle.chaos.model;

import io.rekindle.chaos.history.Fingerprint;
import io.rekindle.chaos.history.History;
import io.rekindle.chaos.history.Operation;
import io.rekindle.chaos.history.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A history, by record and by value. Immutable. */
public final class Model {
  private static final Comparator<RecordKey> ORDER =
      Comparator.comparing(RecordKey::namespace).thenComparing(RecordKey::key);

  private final Map<RecordKey, Life> lives;
  private final Map<String, List<Operation>> writersByContent;

  private Model(Map<RecordKey, Life> lives, Map<String, List<Operation>> writersByContent) {
    this.lives = lives;
    this.writersByContent = writersByContent;
  }

  public static Model of(History history) {
    Map<RecordKey, List<Operation>> writes = new HashMap<>();
    Map<String, List<Operation>> writers = new HashMap<>();
    for (Operation operation : history.operations()) {
      Fingerprint written = operation.request().written();
      if (operation.kind().puts() && written != null) {
        writers.computeIfAbsent(written.content(), _ -> new ArrayList<>()).add(operation);
      }
      if (!operation.kind().reads()
          && operation.outcome() != Outcome.FAILED
          && !operation.key().isEmpty()) {
        writes
            .computeIfAbsent(
                new RecordKey(operation.namespace(), operation.key()), _ -> new ArrayList<>())
            .add(operation);
      }
    }
    Map<RecordKey, Life> lives = new TreeMap<>(ORDER);
    writes.forEach((key, operations) -> lives.put(key, new Life(operations)));
    return new Model(lives, writers);
  }

  /** Of a record that nobody wrote, an empty one. */
  public Life life(String namespace, String key) {
    return lives.getOrDefault(new RecordKey(namespace, key), new Life(List.of()));
  }

  public Map<RecordKey, Life> lives() {
    return lives;
  }

  public Set<RecordKey> keys() {
    return lives.keySet();
  }

  /** Everybody who wrote a value with this content, refused or not. */
  public Stream<Operation> writersOf(Fingerprint seen) {
    return writersByContent.getOrDefault(seen.content(), List.of()).stream();
  }
}
