package io.rekindle.node.keyring;

import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.SecretFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * What the file of the cluster key holds: the key, wrapped by the customer's key. While another key
 * of the customer takes over there are two wrappings, so that the file can be opened under the
 * settings of before and of after.
 *
 * <p>Layout: {@code RKCK}, a format byte, the cluster id (16 bytes); then in format 1 the one
 * wrapping (the rest), in format 2 the length (2 bytes) and the bytes of each. The cluster id is
 * bound to each wrapping. Immutable.
 */
public final class WrappedClusterKey {
  private static final String WHAT = "cluster key file";
  private static final int MAGIC = 0x524b434b;
  private static final byte ONE = 1;
  private static final byte SEVERAL = 2;
  private static final int HEADER_BYTES = 4 + 1 + 16;

  private static final byte[] LABEL = "rekindle cluster key".getBytes(StandardCharsets.US_ASCII);

  /** A wrapped key is as long as its provider wants, within reason. */
  private static final int BYTES_MAX = 16 << 10;

  private final Path file;
  private final UUID clusterId;
  private final List<byte[]> wrappings;

  private WrappedClusterKey(Path file, UUID clusterId, List<byte[]> wrappings) {
    this.file = file;
    this.clusterId = clusterId;
    this.wrappings = List.copyOf(wrappings);
  }

  /**
   * The key, and which of the wrappings it is from.
   *
   * @param key owned by the caller
   */
  record Unwrapped(ClusterKey key, byte[] wrapping) {}

  /**
   * Reads a file.
   *
   * @throws StartRefusedException when it is missing, open to others, or damaged
   */
  public static WrappedClusterKey read(Path file) {
    return of(file, SecretFiles.read(file, WHAT, BYTES_MAX));
  }

  /**
   * What a file holds.
   *
   * @param file where it is from, for the sentence of a refusal
   */
  static WrappedClusterKey of(Path file, byte[] bytes) {
    ByteBuffer content = ByteBuffer.wrap(bytes);
    if (content.remaining() <= HEADER_BYTES || content.getInt() != MAGIC) {
      throw new StartRefusedException("The " + WHAT + " " + file + " is not a " + WHAT + ".");
    }
    byte format = content.get();
    if (format != ONE && format != SEVERAL) {
      throw new StartRefusedException(
          "The " + WHAT + " " + file + " was written by a newer release.");
    }
    UUID clusterId = new UUID(content.getLong(), content.getLong());
    List<byte[]> wrappings = new ArrayList<>();
    while (content.hasRemaining()) {
      int length =
          format == ONE
              ? content.remaining()
              : content.remaining() < Short.BYTES ? -1 : Short.toUnsignedInt(content.getShort());
      if (length < 0 || length > content.remaining()) {
        throw new StartRefusedException("The " + WHAT + " " + file + " is damaged.");
      }
      byte[] wrapping = new byte[length];
      content.get(wrapping);
      wrappings.add(wrapping);
    }
    return new WrappedClusterKey(file, clusterId, wrappings);
  }

  /** Of a key that is not in a file yet. */
  static WrappedClusterKey of(ClusterKey key, KeyManagementService kms) {
    byte[] wrapping = key.wrap(kms, associatedData(key.clusterId()));
    return new WrappedClusterKey(Path.of(""), key.clusterId(), List.of(wrapping));
  }

  public UUID clusterId() {
    return clusterId;
  }

  /** One; two while another key takes over. */
  public int wrappings() {
    return wrappings.size();
  }

  /**
   * Unwraps it.
   *
   * @throws KeyManagementException when the provider unwraps none
   * @throws StartRefusedException when it unwraps something else
   */
  public ClusterKey unwrap(KeyManagementService kms) {
    return open(kms).key();
  }

  Unwrapped open(KeyManagementService kms) {
    KeyManagementException failure = null;
    for (byte[] wrapping : wrappings) {
      try {
        byte[] secret = kms.unwrap(wrapping, associatedData(clusterId));
        if (secret.length != ClusterKey.BYTES) {
          Arrays.fill(secret, (byte) 0);
          throw new StartRefusedException("The " + WHAT + " " + file + " is damaged.");
        }
        return new Unwrapped(new ClusterKey(clusterId, secret), wrapping);
      } catch (KeyManagementException e) {
        // What is of another key says nothing of this one, and may be refused for what it is.
        if (failure == null || failure.probe() == Probe.OK || e.probe() == Probe.UNREACHABLE) {
          failure = e;
        }
      }
    }
    throw failure == null
        ? new StartRefusedException("The " + WHAT + " " + file + " is damaged.")
        : failure;
  }

  /**
   * The same key, wrapped anew under the newest version of the customer's key, and by nothing else.
   *
   * @param right throws when a key is not that of the folder
   * @throws KeyManagementException when the provider does not unwrap, or does not wrap
   */
  public WrappedClusterKey rewrapped(KeyManagementService kms, Consumer<ClusterKey> right) {
    Unwrapped before = open(kms);
    try (ClusterKey key = before.key()) {
      right.accept(key);
      byte[] anew = kms.rewrap(before.wrapping(), associatedData(clusterId));
      WrappedClusterKey after = new WrappedClusterKey(file, clusterId, List.of(anew));
      after.requireOf(key, kms);
      return after;
    }
  }

  /**
   * The same key, wrapped by another key of the customer's besides.
   *
   * @param current who unwraps it now
   * @param right throws when a key is not that of the folder
   * @throws KeyManagementException when one of the two does not do its part
   */
  public WrappedClusterKey takenOverBy(
      KeyManagementService next, KeyManagementService current, Consumer<ClusterKey> right) {
    Unwrapped before = open(current);
    try (ClusterKey key = before.key()) {
      right.accept(key);
      byte[] wrapping = key.wrap(next, associatedData(clusterId));
      WrappedClusterKey alone = new WrappedClusterKey(file, clusterId, List.of(wrapping));
      alone.requireOf(key, next);
      return new WrappedClusterKey(file, clusterId, List.of(before.wrapping(), wrapping));
    }
  }

  /** With the last wrapping alone. */
  public WrappedClusterKey last() {
    return new WrappedClusterKey(file, clusterId, List.of(wrappings.getLast()));
  }

  /** What can't be unwrapped again is never written. */
  private void requireOf(ClusterKey key, KeyManagementService kms) {
    try (ClusterKey again = unwrap(kms)) {
      if (!again.isSame(key)) {
        throw new KeyManagementException(
            Probe.UNREACHABLE, "what was wrapped is unwrapped to another key", null);
      }
    }
  }

  /** Writes the file at once, in place of what was there. */
  public void write() throws IOException {
    SecretFiles.write(file, bytes());
  }

  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte format = wrappings.size() == 1 ? ONE : SEVERAL;
    bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(MAGIC).array());
    bytes.write(format);
    bytes.writeBytes(Parts.of(clusterId));
    for (byte[] wrapping : wrappings) {
      if (format == SEVERAL) {
        bytes.write(wrapping.length >>> Byte.SIZE);
        bytes.write(wrapping.length);
      }
      bytes.writeBytes(wrapping);
    }
    return bytes.toByteArray();
  }

  private static byte[] associatedData(UUID clusterId) {
    return Parts.join(LABEL, new byte[] {ONE}, Parts.of(clusterId));
  }
}
