package io.rekindle.node.bootstrap;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * HMAC-SHA-256 of query texts under a random key of this engine, for the cache of query vectors: a
 * digest is worthless outside the process. Thread-safe.
 */
final class QueryDigest implements UnaryOperator<byte[]> {
  private static final String HMAC = "HmacSHA256";

  private final SecretKeySpec key;

  QueryDigest() {
    byte[] secret = new byte[32];
    new SecureRandom().nextBytes(secret);
    key = new SecretKeySpec(secret, HMAC);
  }

  @Override
  public byte[] apply(byte[] text) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(key);
      return mac.doFinal(text);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
    }
  }
}
