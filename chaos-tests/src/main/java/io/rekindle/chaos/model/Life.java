package io.rekindle.chaos.model;

import io.rekindle.chaos.history.Fingerprint;
import io.rekindle.chaos.history.Kind;
import io.rekindle.chaos.history.Operation;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Every write to one record, refused ones left out. A key lives once: after its delete nobody asks
 * to store it again.
 */
public final class Life {
  private final List<Operation> puts;
  private final List<Operation> deletes;

  Life(List<Operation> writes) {
    this.puts = writes.stream().filter(it -> it.kind().puts()).toList();
    this.deletes = writes.stream().filter(it -> it.kind() == Kind.DELETE).toList();
  }

  public List<Operation> puts() {
    return puts;
  }

  /** Whether a read has to find it: something was acknowledged before, and no delete was asked. */
  public boolean mustExist(Operation read) {
    return acknowledgedBefore(read).findAny().isPresent()
        && deletes.stream().noneMatch(it -> it.invokedNanos() < read.completedNanos());
  }

  /**
   * Whether no read may find it: a delete was acknowledged before, and no store of it is open that
   * could come after the delete.
   */
  public boolean mustBeGone(Operation read) {
    return deletes.stream()
        .filter(it -> it.acknowledged() && it.before(read))
        .anyMatch(delete -> puts.stream().allMatch(put -> put.before(delete)));
  }

  /** The least version that a read may find; 0 when nothing was acknowledged before it. */
  public long leastVersion(Operation read) {
    return acknowledgedBefore(read)
        .mapToLong(it -> Math.max(it.answeredVersion(), it.madeVersion().orElse(0)))
        .max()
        .orElse(0);
  }

  /** The acknowledged write that made this version, when it is known. */
  public Optional<Operation> maker(long version) {
    return puts.stream()
        .filter(Operation::acknowledged)
        .filter(it -> it.madeVersion().equals(OptionalLong.of(version)))
        .findFirst();
  }

  /** The only value that a read may find; empty when more than one is possible. */
  public Optional<Fingerprint> settled(Operation read) {
    List<Operation> acknowledged = acknowledgedBefore(read).toList();
    Optional<Operation> last =
        acknowledged.stream()
            .filter(it -> it.kind() != Kind.STORE)
            .max(Comparator.comparingLong(Operation::invokedNanos))
            .or(() -> acknowledged.stream().findFirst());
    if (last.isEmpty()) {
      return Optional.empty();
    }
    boolean alone =
        puts.stream()
            .filter(it -> it.invokedNanos() < read.completedNanos())
            .allMatch(it -> cannotFollow(it, last.get()));
    return alone ? Optional.ofNullable(last.get().request().written()) : Optional.empty();
  }

  /** Whether the other write is the same one, or lies before it for sure. */
  private boolean cannotFollow(Operation other, Operation last) {
    if (Objects.equals(other.request().written(), last.request().written())
        || (other.kind() == Kind.STORE && last.kind() != Kind.STORE)) {
      return true;
    }
    if (other.completedNanos() <= firstAsked(last)) {
      return true;
    }
    // One that would make a version that was there before the last one comes too late.
    OptionalLong made = other.madeVersion();
    OptionalLong lastMade = last.madeVersion();
    return made.isPresent() && lastMade.isPresent() && made.getAsLong() < lastMade.getAsLong();
  }

  /** When this write was asked for the first time: a repetition may be answered with its effect. */
  private long firstAsked(Operation write) {
    return puts.stream()
        .filter(it -> it.request().idempotencyKey().equals(write.request().idempotencyKey()))
        .mapToLong(Operation::invokedNanos)
        .min()
        .orElse(write.invokedNanos());
  }

  private Stream<Operation> acknowledgedBefore(Operation read) {
    return puts.stream().filter(it -> it.acknowledged() && it.before(read));
  }
}
