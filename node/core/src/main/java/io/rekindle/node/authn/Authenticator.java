package io.rekindle.node.authn;

import io.rekindle.node.authn.AuthenticationFailure.Reason;
import io.rekindle.node.error.RekindleException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * A credential to its principal. Safe for use by many threads.
 *
 * <p>Every refusal costs one keyed hash and one constant-time comparison for each pepper, and has
 * one answer, so that neither text nor time tells a guesser whether an id exists.
 */
public final class Authenticator {
  private final ApiKeySource source;
  private final InstantSource clock;

  /** Stands in for whatever is missing, so that the same work is done; no secret matches it. */
  private final ApiKeyText nobody;

  private final byte[] nobodysMac = new byte[KeyedHash.BYTES];

  public Authenticator(ApiKeySource source, InstantSource clock) {
    this.source = source;
    this.clock = clock;
    SecureRandom random = new SecureRandom();
    this.nobody = ApiKeyText.random(random);
    random.nextBytes(nobodysMac);
  }

  /**
   * The principal whose key was presented.
   *
   * @param credential the key's whole text, without a scheme such as {@code Bearer}; null when the
   *     request carried none
   * @throws RekindleException UNAUTHENTICATED; {@link AuthenticationFailure#find} tells the audit
   *     why
   */
  public Principal authenticate(@Nullable String credential) {
    ApiKeyText key = credential == null ? null : ApiKeyText.find(credential);
    StoredApiKey stored = key == null ? null : source.findKey(key.id());
    boolean proven = proves(key == null ? nobody : key, stored == null ? nobodysMac : stored.mac());
    if (key == null) {
      throw AuthenticationFailure.refusal(
          credential == null ? Reason.MISSING : Reason.MALFORMED, null);
    }
    if (stored == null) {
      throw AuthenticationFailure.refusal(Reason.UNKNOWN_KEY, key.id());
    }
    if (!proven) {
      throw AuthenticationFailure.refusal(Reason.WRONG_SECRET, key.id());
    }
    checkGood(stored);
    return stored.principal();
  }

  /** One hash for each pepper, whichever is the right one. */
  private boolean proves(ApiKeyText key, byte[] mac) {
    boolean proven = false;
    for (byte[] pepper : source.peppers()) {
      proven |= MessageDigest.isEqual(key.mac(ApiKeyMint.requirePepper(pepper)), mac);
    }
    return proven;
  }

  /**
   * Asks anew whether a key is still good, for streams and sessions that outlive one request.
   *
   * @throws RekindleException UNAUTHENTICATED when it was revoked, has expired or is gone
   */
  public void recheck(Principal principal) {
    StoredApiKey stored = source.findKey(principal.keyId());
    if (stored == null) {
      throw AuthenticationFailure.refusal(Reason.UNKNOWN_KEY, principal.keyId());
    }
    checkGood(stored);
  }

  private void checkGood(StoredApiKey stored) {
    if (stored.revokedAt() != null) {
      throw AuthenticationFailure.refusal(Reason.REVOKED, stored.id());
    }
    if (stored.expiredAt(clock.instant())) {
      throw AuthenticationFailure.refusal(Reason.EXPIRED, stored.id());
    }
  }
}
