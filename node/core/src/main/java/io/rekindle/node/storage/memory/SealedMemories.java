package io.rekindle.node.storage.memory;

import io.rekindle.node.keyring.EnvelopeContext;
import io.rekindle.node.keyring.Keyring;
import io.rekindle.node.model.ChunkSpan;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPayload;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.row.DigestKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.PayloadCodec;
import io.rekindle.node.storage.row.VectorCodec;
import io.rekindle.node.storage.row.VectorKey;
import io.rekindle.node.storage.row.VectorRow;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Seals and opens what rows keep, and makes the keyed digests by which they are found. A first call
 * for a namespace may read its key from a cache, so it is made before a transaction begins.
 */
final class SealedMemories {
  private final Keyring keyring;

  SealedMemories(Keyring keyring) {
    this.keyring = keyring;
  }

  byte[] seal(Namespace namespace, MemoryId id, MemoryPayload payload) {
    return keyring.seal(
        namespace.id(), EnvelopeContext.payload(id.value()), PayloadCodec.encode(payload));
  }

  MemoryPayload open(Namespace namespace, MemoryId id, MemoryRow row) {
    return PayloadCodec.decode(
        keyring.open(namespace.id(), EnvelopeContext.payload(id.value()), row.payload()));
  }

  /** The only vector of a memory. */
  VectorRow sealVector(Namespace namespace, VectorKey key, long contentVersion, float[] vector) {
    return sealVector(namespace, key, contentVersion, null, vector);
  }

  /**
   * @param span of the vector's chunk; null where it is the only one
   */
  VectorRow sealVector(
      Namespace namespace,
      VectorKey key,
      long contentVersion,
      @Nullable ChunkSpan span,
      float[] vector) {
    EnvelopeContext place = EnvelopeContext.vector(key.memoryId().value(), key.chunk());
    byte[] envelope = keyring.seal(namespace.id(), place, VectorCodec.encode(vector));
    return new VectorRow(contentVersion, span, envelope);
  }

  float[] openVector(Namespace namespace, VectorKey key, VectorRow row) {
    EnvelopeContext place = EnvelopeContext.vector(key.memoryId().value(), key.chunk());
    return VectorCodec.decode(keyring.open(namespace.id(), place, row.sealed()));
  }

  byte @Nullable [] subjectDigest(Namespace namespace, @Nullable String subjectId) {
    return subjectId == null ? null : keyring.subjectDigest(namespace.id(), subjectId);
  }

  /** The place of the record that keeps an external key unique. */
  DigestKey externalKey(Namespace namespace, String externalKey) {
    return key(namespace, keyring.digest(namespace.id(), "external_key", utf8(externalKey)));
  }

  /** The place of the record that keeps (subject, content) unique. */
  DigestKey content(Namespace namespace, MemoryPayload payload) {
    String subject = payload.subjectId();
    return key(
        namespace,
        keyring.digest(
            namespace.id(),
            "dedupe",
            utf8(subject == null ? "" : subject),
            utf8(payload.content())));
  }

  static DigestKey key(Namespace namespace, byte[] digest) {
    return new DigestKey(namespace.sliceOf(digest), digest);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
