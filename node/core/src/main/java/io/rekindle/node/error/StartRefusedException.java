package io.rekindle.node.error;

/**
 * Why a node does not start: one sentence for the operator, who can mend it.
 *
 * <p>Thrown before anything was changed on disk. The sentence may name files and settings, never
 * secrets. Carries no stack trace: it is an answer, not a fault.
 */
public final class StartRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StartRefusedException(String sentence) {
    super(sentence, null, false, false);
  }

  public StartRefusedException(String sentence, Throwable cause) {
    super(sentence, cause, false, false);
  }
}
