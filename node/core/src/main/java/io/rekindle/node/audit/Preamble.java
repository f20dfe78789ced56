package io.rekindle.node.audit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Frame 0 of a tail file: where in the chain the file begins, and the intents still open there, so
 * that older files can go without forgetting them.
 */
record Preamble(ChainPoint point, List<OpenIntent> intents) {
  private static final int FORMAT = 1;
  private static final int BYTES_MAX = 2 * 1024 * 1024;

  Preamble {
    intents = List.copyOf(intents);
  }

  /** The newest intents first, as many as fit into 2 MiB. */
  byte[] toBytes() {
    List<byte[]> encoded = new ArrayList<>();
    int bytes = 0;
    for (OpenIntent intent : intents.reversed()) {
      byte[] item = ItemCodec.encode(intent.toRecord());
      bytes += item.length + 12;
      if (bytes > BYTES_MAX) {
        break;
      }
      encoded.add(
          new BinaryWriter(item.length + 12)
              .putLong(intent.sequence())
              .putInt(item.length)
              .putBytes(item)
              .toBytes());
    }
    BinaryWriter out = new BinaryWriter(64 + bytes);
    out.putByte(FORMAT)
        .putLong(point.sequence())
        .putBytes(point.hash().toBytes())
        .putInt(encoded.size());
    encoded.forEach(out::putBytes);
    return out.toBytes();
  }

  static Preamble of(byte[] bytes) {
    BinaryReader in = new BinaryReader(bytes);
    in.requireFormat(FORMAT);
    ChainPoint point = new ChainPoint(in.getLong(), in.getHash());
    int count = in.getCount(IntentLedger.INTENTS_MAX);
    List<OpenIntent> intents = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long sequence = in.getLong();
      if (ItemCodec.decode(in.getBytes(in.getCount(BYTES_MAX))) instanceof AuditRecord record) {
        intents.add(OpenIntent.of(sequence, record));
      }
    }
    in.requireEnd();
    Collections.reverse(intents);
    return new Preamble(point, intents);
  }
}
