package io.rekindle.cli;

import io.rekindle.client.RekindleClientException;

/** What a script learns from how a command ends. */
public final class ExitCodes {
  public static final int OK = 0;
  public static final int FAILURE = 1;

  /** Wrong options or arguments; picocli's own. */
  public static final int USAGE = 2;

  /** The node cannot be reached, or cannot answer now, for one of the reasons that help names. */
  public static final int UNAVAILABLE = 3;

  /** No valid API key, or one that may not do this. */
  public static final int DENIED = 4;

  public static final int NOT_FOUND = 5;

  private ExitCodes() {}

  static int of(Throwable error) {
    if (!(error instanceof RekindleClientException known)) {
      return FAILURE;
    }
    return switch (known.code()) {
      case UNAVAILABLE -> UNAVAILABLE;
      case UNAUTHENTICATED, PERMISSION_DENIED -> DENIED;
      case NOT_FOUND -> NOT_FOUND;
      default -> FAILURE;
    };
  }
}
