package io.rekindle.node.storage.memory;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.storage.row.DigestKey;
import io.rekindle.node.storage.row.IdempotencyRow;
import java.security.MessageDigest;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One use of an idempotency key.
 *
 * @param key where its record is: a digest of (lineage, namespace, operation, idempotency key)
 * @param requestDigest of everything that was asked
 * @param nowMicros when; a record whose lifetime is over is ignored
 * @param expiresAtMicros the lifetime of the record that this use leaves
 */
public record Replay(DigestKey key, byte[] requestDigest, long nowMicros, long expiresAtMicros) {

  /**
   * What the key did before, or null when it is new.
   *
   * @throws RekindleException IDEMPOTENCY_CONFLICT when it did something else
   */
  public @Nullable UUID earlierTarget(@Nullable IdempotencyRow record) {
    if (record == null || record.expiresAtMicros() <= nowMicros) {
      return null;
    }
    if (!MessageDigest.isEqual(requestDigest, record.requestDigest())) {
      throw new RekindleException(
          ErrorCode.IDEMPOTENCY_CONFLICT, "the idempotency key was used for another request");
    }
    return record.targetId();
  }

  public IdempotencyRow record(UUID target) {
    return new IdempotencyRow(requestDigest, target, expiresAtMicros);
  }
}
