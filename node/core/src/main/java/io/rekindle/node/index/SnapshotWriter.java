package io.rekindle.node.index;

import io.rekindle.node.index.scan.Kernel;
import io.rekindle.node.index.scan.Quantizer;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Lock;

/**
 * Writes a snapshot: of each memory with vectors the {@link RowStamp} of its row and its int8
 * vectors. Big-endian.
 *
 * <pre>
 * head      format (1), dimensions (4), distance (text), vectors (4, about as many as follow)
 * memory    vectors (4), id (16), stamp (32); of each vector: chunk (4), scale, margin, norm (4 each),
 *           int8 padded to the kernel's width
 * end       0 (4), memories (4)
 * </pre>
 *
 * <p>What changes while it is written is in it as it was before or after. One thread.
 */
final class SnapshotWriter {
  static final byte FORMAT = 1;
  static final int END = 0;

  /** Copied in one hold of the lock, some microseconds. */
  private static final int BATCH = 32;

  private static final int BUFFER_BYTES = 64 * 1024;

  private final IndexSettings settings;
  private final SliceTables tables;
  private final KeptMemories kept;
  private final Lock writing;
  private final List<KeptMemory> batch = new ArrayList<>(BATCH);

  SnapshotWriter(IndexSettings settings, SliceTables tables, Lock writing) {
    this.settings = settings;
    this.tables = tables;
    this.kept = new KeptMemories(tables);
    this.writing = writing;
  }

  /** Writes all of it; leaves the stream open. */
  void write(OutputStream to) throws IOException {
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(to, BUFFER_BYTES));
    out.writeByte(FORMAT);
    out.writeInt(settings.dimensions());
    out.writeUTF(settings.distance().name());
    out.writeInt(tables.vectorsCounting());
    int memories = 0;
    for (int from = 0; from < tables.rows().size(); from += BATCH) {
      copy(from, Math.min(from + BATCH, tables.rows().size()));
      for (KeptMemory memory : batch) {
        write(out, memory);
      }
      memories += batch.size();
    }
    out.writeInt(END);
    out.writeInt(memories);
    out.flush();
  }

  private void copy(int from, int to) {
    batch.clear();
    writing.lock();
    try {
      for (int row = from; row < to; row++) {
        KeptMemory memory = kept.keep(row);
        if (memory != null) {
          batch.add(memory);
        }
      }
    } finally {
      writing.unlock();
    }
  }

  private void write(DataOutputStream out, KeptMemory memory) throws IOException {
    out.writeInt(memory.vectors().size());
    out.writeLong(memory.id().value().getMostSignificantBits());
    out.writeLong(memory.id().value().getLeastSignificantBits());
    out.writeLong(memory.stamp().version());
    out.writeLong(memory.stamp().contentVersion());
    out.writeLong(memory.stamp().createdAtMicros());
    out.writeLong(memory.stamp().updatedAtMicros());
    for (KeptMemory.Vector vector : memory.vectors()) {
      Quantizer.Code code = vector.code();
      out.writeInt(vector.chunk());
      out.writeFloat(code.scale());
      out.writeFloat(code.margin());
      out.writeFloat(code.norm());
      out.write(code.codes(), 0, Kernel.padded(settings.dimensions()));
    }
  }
}
