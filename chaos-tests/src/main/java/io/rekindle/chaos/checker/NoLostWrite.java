package io.rekindle.chaos.checker;

import io.rekindle.chaos.history.Observed;
import io.rekindle.chaos.history.Operation;
import io.rekindle.chaos.history.Outcome;
import io.rekindle.chaos.model.Life;
import io.rekindle.chaos.model.RecordKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Condemns an acknowledged store, update or setting of a state that the last read, on any node,
 * does not find: nothing there and no delete asked, an older version than the acknowledged one, the
 * same version with another value, or another value where only one is possible. Condemns two writes
 * that were both told that they made the same version. Condemns a record that the last read left
 * out, or could not read: then nobody knows.
 *
 * <p>Cannot know what became of a write with an unknown outcome: its value is allowed, and so is
 * its absence. Cannot see a write that was lost and made again by a repetition.
 */
public final class NoLostWrite implements Checker {
  @Override
  public List<Violation> check(Evidence evidence) {
    List<Violation> found = new ArrayList<>();
    Set<RecordKey> read = new HashSet<>();
    evidence
        .history()
        .lastReads()
        .filter(it -> it.kind().readsOne())
        .forEach(
            it -> {
              read.add(new RecordKey(it.namespace(), it.key()));
              look(it, evidence.model().life(it.namespace(), it.key()), found);
            });
    evidence
        .model()
        .lives()
        .forEach(
            (key, life) -> {
              life.puts().stream()
                  .filter(Operation::acknowledged)
                  .findFirst()
                  .filter(_ -> !read.contains(key))
                  .ifPresent(it -> found.add(Violation.of(this, "was not read at the end", it)));
              twice(life, found);
            });
    return found;
  }

  private void look(Operation read, Life life, List<Violation> found) {
    if (read.outcome() != Outcome.OK) {
      found.add(Violation.of(this, "cannot be read at the end", read));
      return;
    }
    if (read.answer().observed().isEmpty()) {
      if (life.mustExist(read)) {
        found.add(Violation.of(this, "is gone, and nobody deleted it", read));
      }
      return;
    }
    Observed seen = read.answer().observed().getFirst();
    long least = life.leastVersion(read);
    if (seen.version() < least) {
      found.add(
          Violation.of(
              this, "is at version %d, %d was there".formatted(seen.version(), least), read));
      return;
    }
    life.maker(seen.version())
        .filter(it -> !agrees(it, seen))
        .ifPresent(it -> found.add(Violation.of(this, "has another value", it, read)));
    if (life.maker(seen.version()).isEmpty()) {
      life.settled(read)
          .filter(only -> !only.agrees(seen.fingerprint()))
          .ifPresent(_ -> found.add(Violation.of(this, "has a value that was replaced", read)));
    }
  }

  private static boolean agrees(Operation write, Observed seen) {
    return Objects.requireNonNull(write.request().written()).agrees(seen.fingerprint());
  }

  private void twice(Life life, List<Violation> found) {
    Map<Long, Operation> makers = new HashMap<>();
    for (Operation put : life.puts()) {
      OptionalLong made = put.madeVersion();
      if (put.acknowledged() && made.isPresent()) {
        Operation other = makers.putIfAbsent(made.getAsLong(), put);
        if (other != null
            && !other.request().idempotencyKey().equals(put.request().idempotencyKey())) {
          found.add(Violation.of(this, "two writes made one version", other, put));
        }
      }
    }
  }
}
