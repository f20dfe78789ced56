package io.rekindle.node.keyring;

import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.SecretFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the file of the cluster key holds: the key, wrapped by the customer's key. While another key
 * of the customer takes over there are two wrappings, so that the file can be opened under the
 * settings of before and of after. The last generation is wrapped, and has sealed those before it,
 * if any: they all take one unwrapping, and another key than was wrapped opens nothing here,
 * whoever gives it.
 *
 * <p>Layout: {@code RKCK}, a format byte, the cluster id (16 bytes), the index of the generation in
 * use (1 byte), the length (2 bytes) and the bytes of what is sealed, and the length (2 bytes) and
 * the bytes of each wrapping. The cluster id is bound to each wrapping, and with the index to what
 * is sealed. Nothing is sealed in formats 1 (one wrapping, without its length) and 2 (several),
 * which are only read: there a wrong key shows by the {@link FolderMark} alone. Immutable.
 */
public final class WrappedClusterKey {
  private static final String WHAT = "cluster key file";
  private static final int MAGIC = 0x524b434b;
  private static final byte ONE = 1;
  private static final byte SEVERAL = 2;
  private static final byte SEALED = 3;
  private static final int HEADER_BYTES = 4 + 1 + 16;

  private static final byte[] LABEL = "rekindle cluster key".getBytes(StandardCharsets.US_ASCII);

  /** A wrapped key is as long as its provider wants, within reason. */
  private static final int BYTES_MAX = 16 << 10;

  private final Path file;
  private final UUID clusterId;
  private final Others others;
  private final List<byte[]> wrappings;

  private WrappedClusterKey(Path file, UUID clusterId, Others others, List<byte[]> wrappings) {
    this.file = file;
    this.clusterId = clusterId;
    this.others = others;
    this.wrappings = List.copyOf(wrappings);
  }

  /**
   * The generations before the last.
   *
   * @param used the place of the generation in use among all
   * @param sealed by the last, even when there are none; empty in a former format
   */
  private record Others(int used, byte[] sealed) {
    static final Others UNSEALED = new Others(0, new byte[0]);

    static Others of(ClusterKey key) {
      int used = key.inUse();
      return new Others(used, key.sealAllButLast(associatedData(key.clusterId(), used)));
    }

    ClusterKey with(UUID clusterId, byte[] last) throws GeneralSecurityException {
      return sealed.length == 0
          ? new ClusterKey(clusterId, last)
          : ClusterKey.of(clusterId, last, sealed, used, associatedData(clusterId, used));
    }

    /** Whether these and the last of {@code key} are that key, as it is. */
    boolean areOf(ClusterKey key) {
      try (ClusterKey together = with(key.clusterId(), key.last())) {
        return together.isSame(key);
      } catch (GeneralSecurityException e) {
        return false;
      }
    }

    private static byte[] associatedData(UUID clusterId, int used) {
      return Parts.join(LABEL, new byte[] {SEALED, (byte) used}, Parts.of(clusterId));
    }
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
    if (format != ONE && format != SEVERAL && format != SEALED) {
      throw new StartRefusedException(
          "The " + WHAT + " " + file + " was written by a newer release.");
    }
    UUID clusterId = new UUID(content.getLong(), content.getLong());
    try {
      Others others =
          format == SEALED ? new Others(content.get(), sealed(content)) : Others.UNSEALED;
      List<byte[]> wrappings = new ArrayList<>();
      while (content.hasRemaining()) {
        wrappings.add(format == ONE ? bytes(content, content.remaining()) : part(content));
      }
      return new WrappedClusterKey(file, clusterId, others, wrappings);
    } catch (BufferUnderflowException e) {
      throw damaged(file, e);
    }
  }

  private static byte[] sealed(ByteBuffer content) {
    byte[] sealed = part(content);
    if (sealed.length == 0) {
      throw new BufferUnderflowException();
    }
    return sealed;
  }

  private static byte[] part(ByteBuffer content) {
    return bytes(content, Short.toUnsignedInt(content.getShort()));
  }

  private static byte[] bytes(ByteBuffer content, int length) {
    if (length > content.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    content.get(bytes);
    return bytes;
  }

  private static StartRefusedException damaged(Path file, @Nullable Throwable cause) {
    String sentence = "The " + WHAT + " " + file + " is damaged.";
    return cause == null
        ? new StartRefusedException(sentence)
        : new StartRefusedException(sentence, cause);
  }

  /**
   * Of a key that is not in a file yet.
   *
   * @throws KeyManagementException when the provider does not wrap it, or to something else
   */
  static WrappedClusterKey of(ClusterKey key, KeyManagementService kms) {
    return of(Path.of(""), key, kms);
  }

  /** As above, for a file. */
  private static WrappedClusterKey of(Path file, ClusterKey key, KeyManagementService kms) {
    byte[] wrapping = key.wrap(kms, associatedData(key.clusterId()));
    return wrappedBy(file, key, wrapping).requireOf(key, kms);
  }

  private static WrappedClusterKey wrappedBy(Path file, ClusterKey key, byte[]... wrappings) {
    return new WrappedClusterKey(file, key.clusterId(), Others.of(key), List.of(wrappings));
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
   * @throws KeyManagementException when the provider unwraps none, or to something else
   * @throws StartRefusedException when there is none
   */
  public ClusterKey unwrap(KeyManagementService kms) {
    return open(kms).key();
  }

  Unwrapped open(KeyManagementService kms) {
    KeyManagementException failure = null;
    for (byte[] wrapping : wrappings) {
      try {
        byte[] secret = kms.unwrap(wrapping, associatedData(clusterId));
        return new Unwrapped(opened(secret), wrapping);
      } catch (KeyManagementException e) {
        // What is of another key says nothing of this one, and may be refused for what it is.
        if (failure == null || failure.probe() == Probe.OK || e.probe() == Probe.UNREACHABLE) {
          failure = e;
        }
      }
    }
    throw failure == null ? damaged(file, null) : failure;
  }

  private ClusterKey opened(byte[] secret) {
    try {
      if (secret.length == ClusterKey.BYTES) {
        return others.with(clusterId, secret);
      }
      Arrays.fill(secret, (byte) 0);
      throw another(null);
    } catch (GeneralSecurityException e) {
      throw another(e);
    }
  }

  private static KeyManagementException another(@Nullable Throwable cause) {
    String text = "what was wrapped is unwrapped to another key";
    return new KeyManagementException(Probe.OK, text, text, cause);
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
      return wrappedBy(file, key, anew).requireOf(key, kms);
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
      var _ = wrappedBy(file, key, wrapping).requireOf(key, next);
      return wrappedBy(file, key, before.wrapping(), wrapping);
    }
  }

  /** With the last wrapping alone. */
  public WrappedClusterKey last() {
    return new WrappedClusterKey(file, clusterId, others, List.of(wrappings.getLast()));
  }

  /**
   * A key with a generation more in the place of this one.
   *
   * @param key this one, in memory
   * @param next owned by the caller
   * @throws KeyManagementException when the provider does not do its part
   * @throws StartRefusedException when the file has another key than the memory
   */
  public WrappedClusterKey with(ClusterKey key, ClusterKey next, KeyManagementService kms) {
    requireSame(key);
    return of(file, next, kms);
  }

  /**
   * The same with another generation in use; asks no provider.
   *
   * @param key the same key, in memory
   * @throws StartRefusedException when the file has another key than the memory
   */
  public WrappedClusterKey using(ClusterKey key, String generation) {
    requireSame(key);
    try (ClusterKey next = key.using(generation)) {
      return new WrappedClusterKey(file, clusterId, Others.of(next), wrappings);
    }
  }

  /** Wrappings of one key beside generations of another would open nothing. */
  private void requireSame(ClusterKey key) {
    if (!others.areOf(key)) {
      throw new StartRefusedException(
          "The " + WHAT + " " + file + " has another key than the node that runs with it.");
    }
  }

  /** What can't be unwrapped again is never written. */
  private WrappedClusterKey requireOf(ClusterKey key, KeyManagementService kms) {
    try (ClusterKey again = unwrap(kms)) {
      if (!again.isSame(key)) {
        throw another(null);
      }
    }
    return this;
  }

  /** Writes the file at once, in place of what was there. */
  public void write() throws IOException {
    SecretFiles.write(file, bytes());
  }

  byte[] bytes() {
    if (others.equals(Others.UNSEALED)) {
      throw new IllegalStateException("a former format is never written");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(MAGIC).array());
    bytes.write(SEALED);
    bytes.writeBytes(Parts.of(clusterId));
    bytes.write(others.used());
    writePart(bytes, others.sealed());
    for (byte[] wrapping : wrappings) {
      writePart(bytes, wrapping);
    }
    return bytes.toByteArray();
  }

  private static void writePart(ByteArrayOutputStream bytes, byte[] part) {
    bytes.write(part.length >>> Byte.SIZE);
    bytes.write(part.length);
    bytes.writeBytes(part);
  }

  private static byte[] associatedData(UUID clusterId) {
    return Parts.join(LABEL, new byte[] {ONE}, Parts.of(clusterId));
  }
}
