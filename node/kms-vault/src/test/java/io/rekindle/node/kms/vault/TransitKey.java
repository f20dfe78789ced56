package io.rekindle.node.kms.vault;

import io.github.jopenlibs.vault.json.Json;
import io.github.jopenlibs.vault.json.JsonObject;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** A key of the type {@code aes256-gcm96}, as the engine Transit has it. */
final class TransitKey {
  private static final Pattern CIPHERTEXT = Pattern.compile("vault:v(\\d{1,6}):(.*)");
  private static final int IV_BYTES = 12;

  private final List<byte[]> versions = new CopyOnWriteArrayList<>();
  private volatile int allowedFrom = 1;

  TransitKey() {
    rotate();
  }

  /** In the words of Vault. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String text) {
      super(text);
    }
  }

  void rotate() {
    versions.add(random(32));
  }

  void disallowBelow(int version) {
    allowedFrom = version;
  }

  JsonObject encrypt(JsonObject fields) {
    try {
      byte[] iv = random(IV_BYTES);
      int version = versions.size();
      byte[] sealed =
          cipher(Cipher.ENCRYPT_MODE, version, iv, fields)
              .doFinal(Base64.getDecoder().decode(fields.getString("plaintext", "")));
      byte[] all = Arrays.copyOf(iv, IV_BYTES + sealed.length);
      System.arraycopy(sealed, 0, all, IV_BYTES, sealed.length);
      return Json.object()
          .add("ciphertext", "vault:v" + version + ":" + Base64.getEncoder().encodeToString(all));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  JsonObject decrypt(JsonObject fields, boolean another) throws RefusedException {
    Matcher ciphertext = CIPHERTEXT.matcher(fields.getString("ciphertext", ""));
    if (!ciphertext.matches()) {
      throw new RefusedException("invalid ciphertext: no prefix");
    }
    int version = Integer.parseInt(ciphertext.group(1));
    if (version > versions.size()) {
      throw new RefusedException("invalid ciphertext: version is too new");
    }
    if (version < allowedFrom) {
      throw new RefusedException(
          "ciphertext or signature version is disallowed by policy (too old)");
    }
    try {
      byte[] all = Base64.getDecoder().decode(ciphertext.group(2));
      if (all.length < IV_BYTES) {
        throw new RefusedException("invalid ciphertext length");
      }
      byte[] plaintext =
          cipher(Cipher.DECRYPT_MODE, version, Arrays.copyOf(all, IV_BYTES), fields)
              .doFinal(all, IV_BYTES, all.length - IV_BYTES);
      return Json.object()
          .add(
              "plaintext",
              Base64.getEncoder().encodeToString(another ? random(plaintext.length) : plaintext));
    } catch (AEADBadTagException e) {
      throw new RefusedException("cipher: message authentication failed");
    } catch (IllegalArgumentException e) {
      throw new RefusedException("invalid ciphertext: could not decode base64");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private Cipher cipher(int mode, int version, byte[] iv, JsonObject fields)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        mode, new SecretKeySpec(versions.get(version - 1), "AES"), new GCMParameterSpec(128, iv));
    cipher.updateAAD(Base64.getDecoder().decode(fields.getString("associated_data", "")));
    return cipher;
  }

  private static byte[] random(int bytes) {
    byte[] random = new byte[bytes];
    new SecureRandom().nextBytes(random);
    return random;
  }
}
