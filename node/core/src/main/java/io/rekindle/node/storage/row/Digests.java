package io.rekindle.node.storage.row;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists of digests of 32 bytes each, one after the other. */
public final class Digests {
  /** Idempotency records that a row remembers; older ones end by their lifetime. */
  public static final int REPLAYS_MAX = 8;

  private static final int BYTES = 32;

  private Digests() {}

  /** Adds one idempotency record's digest; the oldest leaves when there are too many. */
  public static List<byte[]> remember(List<byte[]> replays, byte @Nullable [] digest) {
    if (digest == null) {
      return replays;
    }
    List<byte[]> all = new ArrayList<>(replays);
    all.add(digest);
    return all.subList(Math.max(0, all.size() - REPLAYS_MAX), all.size());
  }

  /** Whether both hold the same digests in the same order. */
  public static boolean same(List<byte[]> left, List<byte[]> right) {
    return Arrays.equals(encode(left), encode(right));
  }

  static byte[] encode(List<byte[]> digests) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(digests.size() * BYTES);
    digests.forEach(out::writeBytes);
    return out.toByteArray();
  }

  static List<byte[]> decode(byte[] bytes) {
    List<byte[]> digests = new ArrayList<>(bytes.length / BYTES);
    for (int from = 0; from < bytes.length; from += BYTES) {
      digests.add(Arrays.copyOfRange(bytes, from, from + BYTES));
    }
    return digests;
  }
}
