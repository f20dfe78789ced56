package io.rekindle.node.authn;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.ApiKeyId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why a credential was refused: the cause of an UNAUTHENTICATED, for the audit alone. No endpoint
 * passes causes on.
 */
public final class AuthenticationFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What was wrong. */
  public enum Reason {
    MISSING,
    MALFORMED,
    UNKNOWN_KEY,
    WRONG_SECRET,
    REVOKED,
    EXPIRED
  }

  private final Reason reason;
  private final transient @Nullable ApiKeyId keyId;

  private AuthenticationFailure(Reason reason, @Nullable ApiKeyId keyId) {
    super("a credential was refused", null, false, false);
    this.reason = reason;
    this.keyId = keyId;
  }

  /** The one answer to every refusal, with its reason as the cause. */
  static RekindleException refusal(Reason reason, @Nullable ApiKeyId keyId) {
    return new RekindleException(
        ErrorCode.UNAUTHENTICATED,
        "a valid API key is needed",
        Map.of(),
        new AuthenticationFailure(reason, keyId));
  }

  /** The reason behind a refusal by {@link Authenticator}, or null for any other error. */
  public static @Nullable AuthenticationFailure find(RekindleException refusal) {
    return refusal.getCause() instanceof AuthenticationFailure failure ? failure : null;
  }

  public Reason reason() {
    return reason;
  }

  /** The id that was claimed, well-formed but otherwise unproven; null when there was none. */
  public @Nullable ApiKeyId keyId() {
    return keyId;
  }
}
