package io.rekindle.node.kms;

import org.jspecify.annotations.Nullable;

/** A provider did not wrap or unwrap; {@link #probe()} says what that means for the key. */
public final class KeyManagementException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final int REASON_CHARACTERS_MAX = 200;

  private final KeyManagementService.Probe probe;
  private final @Nullable String reason;

  /**
   * @param text a constant sentence
   */
  public KeyManagementException(
      KeyManagementService.Probe probe, String text, @Nullable Throwable cause) {
    this(probe, text, null, cause);
  }

  /**
   * @param text a constant sentence
   * @param reason what the provider said of it, if anything; never part of a key or a credential
   */
  public KeyManagementException(
      KeyManagementService.Probe probe,
      String text,
      @Nullable String reason,
      @Nullable Throwable cause) {
    super(text, cause);
    this.probe = probe;
    this.reason = reason == null ? null : printable(reason);
  }

  /** OK: the input is at fault, not the key. */
  public KeyManagementService.Probe probe() {
    return probe;
  }

  /** What the provider said of it: one line of at most 200 characters. */
  public @Nullable String reason() {
    return reason;
  }

  private static String printable(String said) {
    String line = said.replaceAll("[^\\x20-\\x7e]+", " ").strip();
    return line.length() <= REASON_CHARACTERS_MAX ? line : line.substring(0, REASON_CHARACTERS_MAX);
  }
}
