package io.rekindle.node.keyring;

import io.rekindle.node.cluster.GroupKeyWrapper;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Wraps Ignite's group keys under the cluster's {@code page} sub-key. Thread-safe. */
public final class GroupKeyCipher implements GroupKeyWrapper {
  private static final byte[] GROUP_KEY = "ignite group key".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DIGEST = "ignite page key digest".getBytes(StandardCharsets.US_ASCII);

  private final SubKeyCipher cipher;
  private final byte[] digest;

  public GroupKeyCipher(ClusterKey clusterKey) {
    this.cipher = new SubKeyCipher(clusterKey, ClusterKey.Use.PAGE);
    byte[] first = clusterKey.deriveFirst(ClusterKey.Use.PAGE);
    this.digest = digest(first);
    Arrays.fill(first, (byte) 0);
  }

  @Override
  public byte[] wrap(byte[] secret) {
    try {
      return cipher.encrypt(secret, GROUP_KEY);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("wrapping under a good key does not fail", e);
    }
  }

  @Override
  public Unwrapped unwrap(byte[] wrapped) throws GeneralSecurityException {
    SubKeyCipher.Opened opened = cipher.open(wrapped, GROUP_KEY);
    return new Unwrapped(opened.plaintext(), opened.by());
  }

  @Override
  public Object generation() {
    return cipher.inUse();
  }

  @Override
  public byte[] digest() {
    return digest.clone();
  }

  private static byte[] digest(byte[] pageKey) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(pageKey, "HmacSHA256"));
      return mac.doFinal(DIGEST);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }
}
