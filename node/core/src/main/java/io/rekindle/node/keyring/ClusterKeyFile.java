package io.rekindle.node.keyring;

import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyProof;
import io.rekindle.node.kms.SecretFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.UUID;

/**
 * The file that keeps the cluster key, wrapped by the customer's key: worthless without it. What it
 * holds is a {@link WrappedClusterKey}.
 */
public final class ClusterKeyFile {
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
    try (ClusterKey key = new ClusterKey(clusterId, secret)) {
      return WrappedClusterKey.of(key, kms).bytes();
    } catch (KeyManagementException e) {
      throw KeyProof.refusal(kms, e);
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
    return open(file, WrappedClusterKey.read(file), kms);
  }

  /**
   * As {@link #open(Path, KeyManagementService)}, of what such a file holds.
   *
   * @param file where it is from, for the sentence of a refusal
   */
  public static ClusterKey open(Path file, byte[] bytes, KeyManagementService kms) {
    return open(file, WrappedClusterKey.of(file, bytes), kms);
  }

  private static ClusterKey open(Path file, WrappedClusterKey wrapped, KeyManagementService kms) {
    try {
      return wrapped.unwrap(kms);
    } catch (KeyManagementException e) {
      throw refusal(file, kms, e);
    }
  }

  /** As a refusal, that the provider does not unwrap what the file holds. */
  public static StartRefusedException refusal(
      Path file, KeyManagementService kms, KeyManagementException cause) {
    String what =
        switch (cause.probe()) {
          case OK -> " was not wrapped by this key, or is damaged: ";
          case REVOKED -> " cannot be unwrapped because the key is revoked: ";
          case UNREACHABLE -> " cannot be unwrapped because the key cannot be reached: ";
        };
    String reason = cause.reason() == null ? "" : " (" + cause.reason() + ")";
    return new StartRefusedException(
        "The cluster key file " + file + what + kms.describe() + reason + ".", cause);
  }
}
