package io.rekindle.chaos.cluster;

/** The nodes did not become one database again in time: a finding, not a failure of the tests. */
public final class NotWholeException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  NotWholeException(String text) {
    super(text);
  }
}
