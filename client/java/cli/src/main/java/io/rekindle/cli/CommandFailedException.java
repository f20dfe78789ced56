package io.rekindle.cli;

import org.jspecify.annotations.Nullable;

/** A command that cannot go on, with one sentence for the person at the terminal. */
public final class CommandFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CommandFailedException(String sentence) {
    super(sentence);
  }

  public CommandFailedException(String sentence, @Nullable Throwable cause) {
    super(sentence, cause);
  }
}
