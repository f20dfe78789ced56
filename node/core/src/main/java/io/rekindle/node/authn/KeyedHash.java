package io.rekindle.node.authn;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA-256. Stateless. */
public final class KeyedHash {
  public static final int BYTES = 32;

  private static final String ALGORITHM = "HmacSHA256";

  private KeyedHash() {}

  /** The 32 bytes that only who has the key can compute. */
  public static byte[] of(byte[] key, byte[] message) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      return mac.doFinal(message);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
    }
  }
}
