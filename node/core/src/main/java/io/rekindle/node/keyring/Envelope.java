package io.rekindle.node.keyring;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.kms.Xaes;
import io.rekindle.node.model.NamespaceId;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The byte layout of everything that is sealed in a row.
 *
 * <pre>
 *  0       format: 1 as it is, 2 zstd first
 *  1..8    id of the data key's version
 *  9..40   commitment to that key
 * 41..64   nonce
 * 65..     ciphertext and 16-byte tag (XAES-256-GCM)
 * </pre>
 *
 * <p>Associated data: format, cluster id, kind, namespace id, memory id, chunk, key id. A release
 * reads every earlier format; a new one gets a new first byte.
 */
final class Envelope {
  static final byte PLAIN = 1;
  static final byte COMPRESSED = 2;
  static final int HEADER_BYTES = 1 + DataKey.ID_BYTES + DataKey.COMMITMENT_BYTES;
  static final int OVERHEAD_BYTES = HEADER_BYTES + Xaes.OVERHEAD_BYTES;

  private Envelope() {}

  static byte[] seal(
      DataKey key, UUID clusterId, NamespaceId namespace, EnvelopeContext place, byte[] plaintext) {
    if (plaintext.length > Compression.PLAINTEXT_BYTES_MAX) {
      throw new IllegalArgumentException("a value over 1 MiB is never sealed");
    }
    byte[] body = plaintext;
    // Floats of a normalised vector do not compress; trying would only cost time.
    if (plaintext.length > Compression.THRESHOLD_BYTES
        && place.kind() != EnvelopeContext.Kind.VECTOR) {
      body = Compression.compress(plaintext);
    }
    byte format = body == plaintext ? PLAIN : COMPRESSED;
    byte[] sealed =
        key.encrypt(body, associatedData(format, clusterId, namespace, place, key.id()));
    return ByteBuffer.allocate(HEADER_BYTES + sealed.length)
        .put(format)
        .putLong(key.id())
        .put(key.commitment())
        .put(sealed)
        .array();
  }

  /**
   * @throws RekindleException DATA_CORRUPTED when one byte of the envelope, the key or the place is
   *     another than at sealing
   */
  static byte[] open(
      DataKey key, UUID clusterId, NamespaceId namespace, EnvelopeContext place, byte[] envelope) {
    if (envelope.length < OVERHEAD_BYTES) {
      throw corrupted("truncated", place, null);
    }
    ByteBuffer buffer = ByteBuffer.wrap(envelope);
    byte format = buffer.get();
    long keyId = buffer.getLong();
    byte[] commitment = new byte[DataKey.COMMITMENT_BYTES];
    buffer.get(commitment);
    if (format != PLAIN && format != COMPRESSED) {
      throw corrupted("format", place, null);
    }
    if (keyId != key.id() || !key.commits(commitment)) {
      throw corrupted("key", place, null);
    }
    byte[] sealed = new byte[buffer.remaining()];
    buffer.get(sealed);
    try {
      byte[] body = key.decrypt(sealed, associatedData(format, clusterId, namespace, place, keyId));
      return format == COMPRESSED ? Compression.decompress(body) : body;
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw corrupted("content", place, e);
    }
  }

  private static byte[] associatedData(
      byte format, UUID clusterId, NamespaceId namespace, EnvelopeContext place, long keyId) {
    // Every field has a fixed length, so the concatenation is unambiguous.
    return ByteBuffer.allocate(1 + 16 + 1 + 16 + 16 + Integer.BYTES + Long.BYTES)
        .put(format)
        .put(Parts.of(clusterId))
        .put(place.kind().code)
        .put(Parts.of(namespace.value()))
        .put(Parts.of(place.id()))
        .putInt(place.chunk())
        .putLong(keyId)
        .array();
  }

  private static RekindleException corrupted(
      String part, EnvelopeContext place, @Nullable Throwable cause) {
    return new RekindleException(
        ErrorCode.DATA_CORRUPTED,
        "a sealed value does not open",
        Map.of("kind", place.kind().name(), "part", part),
        cause);
  }
}
