package io.rekindle.chaos.history;

import java.util.OptionalLong;

/**
 * One line of a history.
 *
 * @param number in the order of asking
 * @param completedNanos of one that never ended, the largest number there is
 */
public record Operation(
    long number,
    Request request,
    long invokedNanos,
    Outcome outcome,
    long completedNanos,
    Answer answer) {

  public Kind kind() {
    return request.kind();
  }

  public String namespace() {
    return request.namespace();
  }

  public boolean acknowledged() {
    return outcome == Outcome.OK;
  }

  /** Whether it had ended before the other one was asked. */
  public boolean before(Operation other) {
    return completedNanos <= other.invokedNanos;
  }

  /** The record it is about: the key that was asked for, else the one that the server chose. */
  public String key() {
    if (!request.key().isEmpty() || !request.kind().puts() || answer.observed().isEmpty()) {
      return request.key();
    }
    return answer.observed().getFirst().key();
  }

  /**
   * The version that this write and no other made. An acknowledgement without expected version does
   * not tell: a repeated write is answered with the row as it is now.
   */
  public OptionalLong madeVersion() {
    if (request.kind() == Kind.STORE) {
      return answer.created() ? OptionalLong.of(1) : OptionalLong.empty();
    }
    OptionalLong expected = request.expectedVersion();
    return request.kind().puts() && expected.isPresent()
        ? OptionalLong.of(expected.getAsLong() + 1)
        : OptionalLong.empty();
  }

  /** The version that the answer to a write showed: it made this one or an earlier one. */
  public long answeredVersion() {
    return answer.observed().isEmpty() ? 0 : answer.observed().getFirst().version();
  }

  /** One line for people. */
  @Override
  public String toString() {
    return "#%d client %d node %d %s %s %s -> %s %s"
        .formatted(
            number,
            request.client(),
            request.node(),
            request.kind(),
            request.namespace(),
            key(),
            outcome,
            answer.reason().isEmpty() ? "version " + answeredVersion() : answer.reason());
  }
}
