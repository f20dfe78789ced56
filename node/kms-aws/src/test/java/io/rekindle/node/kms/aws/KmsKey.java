package io.rekindle.node.kms.aws;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A symmetric key of a {@link FakeAws}: AES-256-GCM over the encryption context, with the key's id
 * and the number of its material in the ciphertext. Safe for use by many threads.
 */
final class KmsKey {
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int ID_BYTES = 36;

  private final String arn;
  private final SecureRandom random = new SecureRandom();
  private final List<SecretKeySpec> materials = new ArrayList<>();
  private int oldest;

  /** KMS says no, with one of its codes. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String code;

    RefusedException(String code, String message) {
      super(message);
      this.code = code;
    }

    String code() {
      return code;
    }
  }

  KmsKey(String arn) {
    this.arn = arn;
    rotate();
  }

  String arn() {
    return arn;
  }

  private String id() {
    return arn.substring(arn.indexOf('/') + 1);
  }

  synchronized void rotate() {
    byte[] material = new byte[32];
    random.nextBytes(material);
    materials.add(new SecretKeySpec(material, "AES"));
  }

  synchronized void deleteFirstMaterial() {
    oldest = 1;
  }

  synchronized byte[] encrypt(byte[] plaintext, Map<String, String> context)
      throws GeneralSecurityException {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    int number = materials.size() - 1;
    byte[] sealed = cipher(Cipher.ENCRYPT_MODE, number, nonce, context).doFinal(plaintext);
    return ByteBuffer.allocate(ID_BYTES + 1 + NONCE_BYTES + sealed.length)
        .put(id().getBytes(StandardCharsets.US_ASCII))
        .put((byte) number)
        .put(nonce)
        .put(sealed)
        .array();
  }

  synchronized byte[] decrypt(byte[] wrapped, Map<String, String> context)
      throws RefusedException, GeneralSecurityException {
    if (wrapped.length <= ID_BYTES + 1 + NONCE_BYTES) {
      throw new RefusedException("InvalidCiphertextException", "");
    }
    ByteBuffer in = ByteBuffer.wrap(wrapped);
    byte[] id = new byte[ID_BYTES];
    in.get(id);
    String of = new String(id, StandardCharsets.ISO_8859_1);
    int number = in.get();
    if (!of.matches("[0-9a-f-]{36}") || number < 0 || number >= materials.size()) {
      throw new RefusedException("InvalidCiphertextException", "");
    }
    if (!of.equals(id())) {
      throw new RefusedException(
          "IncorrectKeyException",
          "The key ID in the request does not identify a CMK that can perform this operation.");
    }
    if (number < oldest) {
      throw new RefusedException("KMSInvalidStateException", arn + " is pending import.");
    }
    byte[] nonce = new byte[NONCE_BYTES];
    in.get(nonce);
    byte[] sealed = new byte[in.remaining()];
    in.get(sealed);
    try {
      return cipher(Cipher.DECRYPT_MODE, number, nonce, context).doFinal(sealed);
    } catch (javax.crypto.AEADBadTagException e) {
      throw new RefusedException("InvalidCiphertextException", "");
    }
  }

  private Cipher cipher(int mode, int number, byte[] nonce, Map<String, String> context)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, materials.get(number), new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(new TreeMap<>(context).toString().getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
