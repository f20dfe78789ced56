package io.rekindle.node.kms;

import com.google.crypto.tink.AccessesPartialKey;
import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.LowLevelCryptoCaller;
import com.google.crypto.tink.aead.XAesGcmKey;
import com.google.crypto.tink.aead.XAesGcmParameters;
import com.google.crypto.tink.aead.XAesGcmParameters.Variant;
import com.google.crypto.tink.aead.subtle.XAesGcmAead;
import com.google.crypto.tink.util.SecretBytes;
import java.security.GeneralSecurityException;

/**
 * XAES-256-GCM, the one cipher of the house: AES-256-GCM whose key is derived anew from every
 * random 24-byte nonce, so that one key may seal any number of messages.
 *
 * <p>Ciphertext is nonce, encrypted bytes, tag: {@value #OVERHEAD_BYTES} bytes longer than the
 * plaintext. Source: C2SP XAES-256-GCM; here as in Tink, with a 12-byte salt.
 */
public final class Xaes {
  public static final int KEY_BYTES = 32;
  public static final int NONCE_BYTES = 24;
  public static final int OVERHEAD_BYTES = NONCE_BYTES + 16;

  private static final int SALT_BYTES = 12;

  private Xaes() {}

  /**
   * A cipher under {@code key}, which is copied. Safe for use by many threads.
   *
   * @param key {@value #KEY_BYTES} bytes
   */
  @AccessesPartialKey
  @LowLevelCryptoCaller
  public static Aead of(byte[] key) {
    try {
      XAesGcmParameters parameters = XAesGcmParameters.create(Variant.NO_PREFIX, SALT_BYTES);
      SecretBytes secret = SecretBytes.copyFrom(key, InsecureSecretKeyAccess.get());
      return XAesGcmAead.create(XAesGcmKey.create(parameters, secret, null));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("the key or the cipher is not usable", e);
    }
  }
}
