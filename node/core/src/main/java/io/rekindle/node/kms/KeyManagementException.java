package io.rekindle.node.kms;

/** A provider did not wrap or unwrap; {@link #probe()} says what that means for the key. */
public final class KeyManagementException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final KeyManagementService.Probe probe;

  /**
   * @param text a constant sentence
   */
  public KeyManagementException(KeyManagementService.Probe probe, String text, Throwable cause) {
    super(text, cause);
    this.probe = probe;
  }

  /** OK: the input is at fault, not the key. */
  public KeyManagementService.Probe probe() {
    return probe;
  }
}
