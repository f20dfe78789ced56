package io.rekindle.node.storage.row;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What else was written for a row, and leaves with it.
 *
 * @param subjectDigest keyed digest of the subject id, or null
 * @param chunks number of vectors when the row is EMBEDDED, else 0
 * @param uniqueDigests of the {@code unique_key} records: external key, content
 * @param idempotencyDigests of the newest {@link Digests#REPLAYS_MAX} {@code idempotency} records;
 *     older ones end by their lifetime
 */
public record RowPartners(
    byte @Nullable [] subjectDigest,
    int chunks,
    List<byte[]> uniqueDigests,
    List<byte[]> idempotencyDigests) {
  /** Of a row that has none. */
  public static final RowPartners NONE = new RowPartners(null, 0, List.of(), List.of());

  public RowPartners {
    uniqueDigests = List.copyOf(uniqueDigests);
    idempotencyDigests = List.copyOf(idempotencyDigests);
  }

  public RowPartners withChunks(int newChunks) {
    return new RowPartners(subjectDigest, newChunks, uniqueDigests, idempotencyDigests);
  }

  /** Adds one idempotency record; the oldest leaves when there are too many. */
  public RowPartners withIdempotency(byte @Nullable [] digest) {
    return new RowPartners(
        subjectDigest, chunks, uniqueDigests, Digests.remember(idempotencyDigests, digest));
  }

  /** Whether a unique value is this row's. */
  public boolean claims(byte[] uniqueDigest) {
    return uniqueDigests.stream().anyMatch(digest -> Arrays.equals(digest, uniqueDigest));
  }

  /** Whether an idempotency record is among the newest of this row. */
  public boolean remembers(byte[] idempotencyDigest) {
    return idempotencyDigests.stream().anyMatch(digest -> Arrays.equals(digest, idempotencyDigest));
  }

  /** One byte that counts the unique digests, then all digests. */
  byte[] encodeRecords() {
    byte[] unique = Digests.encode(uniqueDigests);
    byte[] idempotency = Digests.encode(idempotencyDigests);
    return ByteBuffer.allocate(1 + unique.length + idempotency.length)
        .put((byte) uniqueDigests.size())
        .put(unique)
        .put(idempotency)
        .array();
  }

  static RowPartners decode(byte @Nullable [] subjectDigest, int chunks, byte[] records) {
    int unique = records[0];
    List<byte[]> digests = Digests.decode(Arrays.copyOfRange(records, 1, records.length));
    return new RowPartners(
        subjectDigest, chunks, digests.subList(0, unique), digests.subList(unique, digests.size()));
  }
}
