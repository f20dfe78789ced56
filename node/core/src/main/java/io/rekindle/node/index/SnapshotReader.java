package io.rekindle.node.index;

import io.rekindle.node.index.scan.Kernel;
import io.rekindle.node.index.scan.Quantizer;
import io.rekindle.node.model.MemoryId;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads what {@link SnapshotWriter} wrote, one memory after the other. One thread. */
final class SnapshotReader {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final DataInputStream in;
  private final int codeBytes;
  private final boolean fits;
  private final int vectors;
  private int memories;

  /** Reads the head. */
  SnapshotReader(IndexSettings settings, InputStream from) throws IOException {
    this.in = new DataInputStream(new BufferedInputStream(from, BUFFER_BYTES));
    this.codeBytes = Kernel.padded(settings.dimensions());
    this.fits =
        in.readByte() == SnapshotWriter.FORMAT
            && in.readInt() == settings.dimensions()
            && in.readUTF().equals(settings.distance().name());
    this.vectors = fits ? in.readInt() : 0;
  }

  /** Whether it is of this release's format, and of an index with the same settings. */
  boolean fits() {
    return fits;
  }

  /** About how many vectors it has. */
  int vectors() {
    return vectors;
  }

  /**
   * The next memory, or null at the end.
   *
   * @throws IOException when it was cut or is not what was written
   */
  @Nullable KeptMemory next() throws IOException {
    int count = in.readInt();
    if (count == SnapshotWriter.END) {
      if (in.readInt() != memories || in.read() >= 0) {
        throw new IOException("a snapshot does not end where it should");
      }
      return null;
    }
    memories++;
    MemoryId id = new MemoryId(new UUID(in.readLong(), in.readLong()));
    RowStamp stamp = new RowStamp(in.readLong(), in.readLong(), in.readLong(), in.readLong());
    List<KeptMemory.Vector> kept = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int chunk = in.readInt();
      float scale = in.readFloat();
      float margin = in.readFloat();
      float norm = in.readFloat();
      byte[] codes = new byte[codeBytes];
      in.readFully(codes);
      kept.add(new KeptMemory.Vector(chunk, new Quantizer.Code(codes, scale, margin, norm)));
    }
    return new KeptMemory(id, stamp, kept);
  }
}
