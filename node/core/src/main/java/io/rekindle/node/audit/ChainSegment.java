package io.rekindle.node.audit;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive encoded items with the place in the chain that they follow: the content of a tail
 * frame and of a block. Self-contained, so that damage before it does not hide what it holds.
 */
record ChainSegment(ChainPoint before, List<byte[]> items) {
  /** Of one segment's items; a reader refuses more. */
  static final int BYTES_MAX = 4 * 1024 * 1024;

  private static final int FORMAT = 1;

  ChainSegment {
    items = List.copyOf(items);
  }

  long firstSequence() {
    return before.sequence() + 1;
  }

  long lastSequence() {
    return before.sequence() + items.size();
  }

  /** The place after the last item, recomputed. */
  ChainPoint after() {
    MessageDigest sha = Sha256.digest();
    ChainPoint at = before;
    for (byte[] item : items) {
      at = at.next(sha, item);
    }
    return at;
  }

  int itemBytes() {
    return items.stream().mapToInt(item -> item.length).sum();
  }

  void write(BinaryWriter out) {
    out.putByte(FORMAT)
        .putLong(before.sequence())
        .putBytes(before.hash().toBytes())
        .putInt(items.size());
    for (byte[] item : items) {
      out.putInt(item.length).putBytes(item);
    }
  }

  byte[] toBytes() {
    BinaryWriter out = new BinaryWriter(64 + itemBytes() + 4 * items.size());
    write(out);
    return out.toBytes();
  }

  static ChainSegment read(BinaryReader in) {
    in.requireFormat(FORMAT);
    ChainPoint before = new ChainPoint(in.getLong(), in.getHash());
    int count = in.getCount(BYTES_MAX);
    List<byte[]> items = new ArrayList<>(Math.min(count, 1_024));
    for (int i = 0; i < count; i++) {
      items.add(in.getBytes(in.getCount(BYTES_MAX)));
    }
    in.requireEnd();
    return new ChainSegment(before, items);
  }
}
