package io.rekindle.node.keyring;

import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyProof;
import io.rekindle.node.kms.SecretFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.UUID;

/**
 * The file that keeps the cluster key, wrapped by the customer's key: worthless without it.
 *
 * <p>Layout: {@code RKCK}, format byte 1, cluster id (16 bytes), wrapped key (the rest). The
 * cluster id and the format are bound to the wrapped key.
 */
public final class ClusterKeyFile {
  private static final String WHAT = "cluster key file";
  private static final int MAGIC = 0x524b434b;
  private static final byte FORMAT = 1;
  private static final int HEADER_BYTES = 4 + 1 + 16;

  private static final byte[] LABEL = "rekindle cluster key".getBytes(StandardCharsets.US_ASCII);

  /** A wrapped key is as long as its provider wants, within reason. */
  private static final int BYTES_MAX = 16 << 10;

  private ClusterKeyFile() {}

  /**
   * Makes a new cluster key and wraps it.
   *
   * @return what the file holds
   * @throws StartRefusedException when the provider does not wrap
   */
  public static byte[] make(KeyManagementService kms, UUID clusterId) {
    byte[] secret = new byte[ClusterKey.BYTES];
    new SecureRandom().nextBytes(secret);
    try {
      byte[] wrapped = kms.wrap(secret, associatedData(clusterId));
      return ByteBuffer.allocate(HEADER_BYTES + wrapped.length)
          .putInt(MAGIC)
          .put(FORMAT)
          .put(Parts.of(clusterId))
          .put(wrapped)
          .array();
    } catch (KeyManagementException e) {
      throw KeyProof.refusal(kms, e);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  /**
   * As {@link #make}, and writes {@code file}.
   *
   * @throws java.nio.file.FileAlreadyExistsException when there is one: it is never replaced
   */
  public static ClusterKey create(Path file, KeyManagementService kms, UUID clusterId)
      throws IOException {
    byte[] content = make(kms, clusterId);
    SecretFiles.create(file, content);
    return open(file, content, kms);
  }

  /**
   * Reads and unwraps; changes nothing.
   *
   * @throws StartRefusedException when the file is missing, open to others, damaged, or not wrapped
   *     by the key of {@code kms}
   */
  public static ClusterKey open(Path file, KeyManagementService kms) {
    return open(file, SecretFiles.read(file, WHAT, BYTES_MAX), kms);
  }

  /**
   * As {@link #open(Path, KeyManagementService)}, of what such a file holds.
   *
   * @param file where it is from, for the sentence of a refusal
   */
  public static ClusterKey open(Path file, byte[] bytes, KeyManagementService kms) {
    try {
      return unwrap(file, bytes, kms);
    } catch (KeyManagementException e) {
      String what =
          switch (e.probe()) {
            case OK -> " was not wrapped by this key, or is damaged: ";
            case REVOKED -> " cannot be unwrapped because the key is revoked: ";
            case UNREACHABLE -> " cannot be unwrapped because the key cannot be reached: ";
          };
      String reason = e.reason() == null ? "" : " (" + e.reason() + ")";
      throw new StartRefusedException(
          "The " + WHAT + " " + file + what + kms.describe() + reason + ".", e);
    }
  }

  /**
   * As {@link #open(Path, KeyManagementService)}, for whoever asks what the provider says.
   *
   * @throws KeyManagementException when the provider does not unwrap
   * @throws StartRefusedException when the file is missing, open to others, or damaged
   */
  public static ClusterKey unwrap(Path file, KeyManagementService kms) {
    return unwrap(file, SecretFiles.read(file, WHAT, BYTES_MAX), kms);
  }

  private static ClusterKey unwrap(Path file, byte[] bytes, KeyManagementService kms) {
    ByteBuffer content = ByteBuffer.wrap(bytes);
    if (content.remaining() <= HEADER_BYTES || content.getInt() != MAGIC) {
      throw new StartRefusedException("The " + WHAT + " " + file + " is not a " + WHAT + ".");
    }
    if (content.get() != FORMAT) {
      throw new StartRefusedException(
          "The " + WHAT + " " + file + " was written by a newer release.");
    }
    UUID clusterId = new UUID(content.getLong(), content.getLong());
    byte[] wrapped = new byte[content.remaining()];
    content.get(wrapped);
    byte[] secret = kms.unwrap(wrapped, associatedData(clusterId));
    if (secret.length != ClusterKey.BYTES) {
      throw new StartRefusedException("The " + WHAT + " " + file + " is damaged.");
    }
    return new ClusterKey(clusterId, secret);
  }

  private static byte[] associatedData(UUID clusterId) {
    return Parts.join(LABEL, new byte[] {FORMAT}, Parts.of(clusterId));
  }
}
