package io.rekindle.node.audit;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-GCM with a fixed key: a real cipher, so that a flipped bit is really refused. */
final class GcmBlockCipher implements BlockCipher {
  private static final int NONCE_BYTES = 12;

  private final SecretKeySpec key = new SecretKeySpec(new byte[16], "AES");
  private final SecureRandom random = new SecureRandom();

  @Override
  public byte[] seal(byte[] plaintext, byte[] aad) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    byte[] sealed = run(Cipher.ENCRYPT_MODE, nonce, plaintext, 0, aad);
    return ByteBuffer.allocate(NONCE_BYTES + sealed.length).put(nonce).put(sealed).array();
  }

  @Override
  public byte[] open(byte[] sealed, byte[] aad) {
    if (sealed.length < NONCE_BYTES) {
      throw new RekindleException(ErrorCode.DATA_CORRUPTED, "too short");
    }
    byte[] nonce = new byte[NONCE_BYTES];
    System.arraycopy(sealed, 0, nonce, 0, NONCE_BYTES);
    return run(Cipher.DECRYPT_MODE, nonce, sealed, NONCE_BYTES, aad);
  }

  private byte[] run(int mode, byte[] nonce, byte[] input, int from, byte[] aad) {
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, key, new GCMParameterSpec(128, nonce));
      cipher.updateAAD(aad);
      return cipher.doFinal(input, from, input.length - from);
    } catch (GeneralSecurityException e) {
      throw new RekindleException(ErrorCode.DATA_CORRUPTED, "does not open");
    }
  }
}
