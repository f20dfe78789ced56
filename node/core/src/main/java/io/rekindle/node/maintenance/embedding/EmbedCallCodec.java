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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The message of a batch between nodes: format byte, then (namespace, memory id) of each; the
 * answer is (position, content version) of each that failed. Ids only, so a message holds no text.
 */
final class EmbedCallCodec {
  private static final byte FORMAT = 1;
  private static final int FAILURE_BYTES = Integer.BYTES + Long.BYTES;

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

  /**
   * Writes what failed.
   *
   * @param failed content versions by position
   */
  static byte[] writeFailures(SortedMap<Integer, Long> failed) {
    ByteBuffer bytes = ByteBuffer.allocate(failed.size() * FAILURE_BYTES);
    failed.forEach((position, contentVersion) -> bytes.putInt(position).putLong(contentVersion));
    return bytes.array();
  }

  static SortedMap<Integer, Long> readFailures(byte[] answer) {
    SortedMap<Integer, Long> failed = new TreeMap<>();
    ByteBuffer bytes = ByteBuffer.wrap(answer);
    while (bytes.hasRemaining()) {
      failed.put(bytes.getInt(), bytes.getLong());
    }
    return failed;
  }
}
