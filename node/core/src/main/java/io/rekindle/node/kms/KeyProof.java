package io.rekindle.node.kms;

import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Has a provider show that its key works, on something worthless. */
public final class KeyProof {
  private static final int KEY_BYTES = 32;
  private static final byte[] DATA = "rekindle probe".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] OTHER_DATA = "another probe".getBytes(StandardCharsets.US_ASCII);

  private KeyProof() {}

  /** What a provider says by wrapping and unwrapping; a wrong answer says nothing about the key. */
  static Probe probe(KeyManagementService kms) {
    byte[] key = random();
    try {
      return Arrays.equals(key, kms.unwrap(kms.wrap(key, DATA), DATA))
          ? Probe.OK
          : Probe.UNREACHABLE;
    } catch (KeyManagementException e) {
      // Of what it has just wrapped, it says that it is not its own: a wrong answer, too.
      return e.probe() == Probe.OK ? Probe.UNREACHABLE : e.probe();
    }
  }

  /**
   * To be called before anything is made that needs the key.
   *
   * @throws StartRefusedException when the provider does not wrap and unwrap, or does not hold what
   *     it wraps to its associated data
   */
  public static void require(KeyManagementService kms) {
    byte[] key = random();
    try {
      byte[] wrapped = kms.wrap(key, DATA);
      if (!Arrays.equals(key, kms.unwrap(wrapped, DATA))) {
        throw refusal(kms, "gives back another key than it was given", null);
      }
      if (unwraps(kms, wrapped)) {
        throw refusal(kms, "does not hold what it wraps to its associated data", null);
      }
    } catch (KeyManagementException e) {
      throw refusal(kms, e);
    }
  }

  /** With other data than it was wrapped with. */
  private static boolean unwraps(KeyManagementService kms, byte[] wrapped) {
    try {
      Arrays.fill(kms.unwrap(wrapped, OTHER_DATA), (byte) 0);
      return true;
    } catch (KeyManagementException e) {
      if (e.probe() != Probe.OK) {
        throw e;
      }
      return false;
    }
  }

  /** As a refusal to start, that a provider does not wrap. */
  public static StartRefusedException refusal(
      KeyManagementService kms, KeyManagementException cause) {
    String what =
        switch (cause.probe()) {
          case OK -> "does not wrap";
          case REVOKED -> "is revoked, or refuses this node";
          case UNREACHABLE -> "cannot be reached";
        };
    return refusal(kms, what, cause);
  }

  private static byte[] random() {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return key;
  }

  private static StartRefusedException refusal(
      KeyManagementService kms, String what, @Nullable KeyManagementException cause) {
    String reason = cause == null || cause.reason() == null ? "" : " (" + cause.reason() + ")";
    String sentence = "The customer's key " + what + ": " + kms.describe() + reason + ".";
    return cause == null
        ? new StartRefusedException(sentence)
        : new StartRefusedException(sentence, cause);
  }
}
