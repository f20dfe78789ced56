package io.rekindle.node.maintenance.embedding;

import io.rekindle.node.embedding.EmbeddingQueue.Waiting;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.NamespacePath;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.UUID;

/**
 * The message of a batch between nodes: format byte, then (namespace, memory id) of each; the
 * answer is the set of positions that failed. Ids only, so a message holds no text.
 */
final class EmbedCallCodec {
  private static final byte FORMAT = 1;

  private EmbedCallCodec() {}

  static byte[] write(List<Waiting> batch) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(FORMAT);
      out.writeInt(batch.size());
      for (Waiting item : batch) {
        out.writeUTF(item.namespace().toString());
        out.writeLong(item.memoryId().value().getMostSignificantBits());
        out.writeLong(item.memoryId().value().getLeastSignificantBits());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static List<Waiting> read(byte[] message) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(message))) {
      if (in.readByte() != FORMAT) {
        throw new IllegalArgumentException("an embedding batch of an unknown format");
      }
      int size = in.readInt();
      List<Waiting> batch = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        NamespacePath namespace = NamespacePath.parse(in.readUTF());
        batch.add(new Waiting(namespace, new MemoryId(new UUID(in.readLong(), in.readLong()))));
      }
      return batch;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] writeFailures(BitSet failed) {
    return failed.toByteArray();
  }

  static BitSet readFailures(byte[] answer) {
    return BitSet.valueOf(answer);
  }
}
