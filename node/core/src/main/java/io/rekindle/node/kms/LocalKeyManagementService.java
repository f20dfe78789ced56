package io.rekindle.node.kms;

import com.google.crypto.tink.Aead;
import io.rekindle.node.error.StartRefusedException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * A key in a file beside the data: for development, because whoever steals the disk has both.
 *
 * <p>The file is exactly {@value Xaes#KEY_BYTES} random bytes, mode 0600.
 */
public final class LocalKeyManagementService implements KeyManagementService {
  private static final String WHAT = "key file";

  private final Path keyFile;
  private final Aead cipher;

  /**
   * @throws StartRefusedException when the file is missing, open to others, or not a key
   */
  public LocalKeyManagementService(Path keyFile) {
    this.keyFile = keyFile;
    byte[] key = SecretFiles.read(keyFile, WHAT, Xaes.KEY_BYTES);
    try {
      if (key.length != Xaes.KEY_BYTES) {
        throw new StartRefusedException(
            "The " + WHAT + " " + keyFile + " must be " + Xaes.KEY_BYTES + " bytes long.");
      }
      this.cipher = Xaes.of(key);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  /**
   * Makes a new key file.
   *
   * @throws java.nio.file.FileAlreadyExistsException when there is one: it is never replaced
   */
  public static void create(Path keyFile) throws IOException {
    byte[] key = new byte[Xaes.KEY_BYTES];
    new SecureRandom().nextBytes(key);
    try {
      SecretFiles.create(keyFile, key);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  @Override
  public byte[] wrap(byte[] key, byte[] associatedData) {
    try {
      return cipher.encrypt(key, associatedData);
    } catch (GeneralSecurityException e) {
      throw new KeyManagementException(Probe.UNREACHABLE, "the local key does not wrap", e);
    }
  }

  @Override
  public byte[] unwrap(byte[] wrapped, byte[] associatedData) {
    try {
      return cipher.decrypt(wrapped, associatedData);
    } catch (GeneralSecurityException e) {
      throw new KeyManagementException(Probe.OK, "not wrapped by this key", e);
    }
  }

  /** A key in memory cannot be revoked; the file may be gone, which only a start would notice. */
  @Override
  public Probe probe() {
    return Probe.OK;
  }

  @Override
  public String describe() {
    return "local key file " + keyFile + " (for development)";
  }

  @Override
  public void close() {}
}
