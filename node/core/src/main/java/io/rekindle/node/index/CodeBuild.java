package io.rekindle.node.index;

import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.rabitq.Center;
import io.rekindle.node.index.rabitq.Encoder;
import io.rekindle.node.model.Distance;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.Lock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes a book of codes while the index serves.
 *
 * <p>First the mean of what is there, read without a lock: half of a vector moves it by nothing.
 * Then the book is announced, and from there on each change writes its own codes. Then every vector
 * that was there is encoded, without the lock too, and written, some of them in one hold of it, if
 * its generation is still what it was: if it is not, whoever changed it has written or erased its
 * code. At last searches switch over. One thread.
 */
final class CodeBuild {
  /** Codes written in one hold of the lock, some microseconds. */
  private static final int BATCH = 64;

  /** Vectors that the mean is computed of, evenly spread: more would not move it. */
  private static final int SAMPLE_MAX = 1 << 16;

  private final Blocks<VectorBlock> vectors;
  private final VectorCodes codes;
  private final Lock writing;
  private final BooleanSupplier stop;
  private final float[] vector;

  private final int[] generations = new int[BATCH];
  private final Encoder.@Nullable Code[] encoded = new Encoder.Code[BATCH];

  /**
   * @param stop asked now and then, outside of the lock, whether to give up
   */
  CodeBuild(
      Blocks<VectorBlock> vectors,
      VectorCodes codes,
      int dimensions,
      Lock writing,
      BooleanSupplier stop) {
    this.vectors = vectors;
    this.codes = codes;
    this.writing = writing;
    this.stop = stop;
    this.vector = new float[dimensions];
  }

  /**
   * Makes the book and switches to it.
   *
   * @param present how many vectors there are
   * @return false when there was no room, or the index was closed: it has the codes it had, or none
   */
  boolean run(MemoryBudget budget, Distance distance, int present) {
    Center center = center(distance);
    CodeBook book = new CodeBook(budget, center, present);
    int size;
    writing.lock();
    try {
      codes.begin(book);
      size = vectors.size();
    } finally {
      writing.unlock();
    }
    boolean whole = false;
    try {
      whole = fill(book, size);
    } catch (RekindleException e) {
      // No room: what there is goes on being searched exactly.
    } finally {
      end(book, whole);
    }
    return whole;
  }

  private void end(CodeBook book, boolean whole) {
    writing.lock();
    try {
      if (codes.isComing(book) && whole) {
        codes.switchToComing();
      } else if (codes.isComing(book)) {
        codes.abandonComing();
      }
    } finally {
      writing.unlock();
    }
    codes.closeDropped();
  }

  private Center center(Distance distance) {
    Center.Sum sum = new Center.Sum(distance, vector.length);
    int size = vectors.size();
    int step = Math.max(1, size / SAMPLE_MAX);
    for (int ordinal = 0; ordinal < size && !stop.getAsBoolean(); ordinal += step) {
      VectorBlock block = vectors.of(ordinal);
      int slot = vectors.slot(ordinal);
      if (block.owner(slot) != 0) {
        read(block, slot);
        sum.add(vector);
      }
    }
    return sum.center();
  }

  private void read(VectorBlock block, int slot) {
    MemorySegment.copy(
        block.floats(), ValueLayout.JAVA_FLOAT, block.floatOffset(slot), vector, 0, vector.length);
  }

  private boolean fill(CodeBook book, int size) {
    for (int from = 0; from < size; from += BATCH) {
      int count = Math.min(BATCH, size - from);
      for (int i = 0; i < count; i++) {
        encoded[i] = encode(book, from + i, i);
      }
      if (stop.getAsBoolean() || !write(book, from, count)) {
        return false;
      }
    }
    return true;
  }

  private Encoder.@Nullable Code encode(CodeBook book, int ordinal, int at) {
    VectorBlock block = vectors.of(ordinal);
    int slot = vectors.slot(ordinal);
    generations[at] = block.generation(slot);
    if ((generations[at] & 1) != 0 || block.owner(slot) == 0) {
      return null;
    }
    read(block, slot);
    VarHandle.loadLoadFence();
    boolean whole = block.generationNow(slot) == generations[at];
    return whole ? book.encoder().encode(vector) : null;
  }

  private boolean write(CodeBook book, int from, int count) {
    writing.lock();
    try {
      for (int i = 0; i < count && codes.isComing(book); i++) {
        Encoder.Code code = encoded[i];
        int ordinal = from + i;
        VectorBlock block = vectors.of(ordinal);
        int slot = vectors.slot(ordinal);
        if (code != null && block.generationNow(slot) == generations[i]) {
          book.write(vectors.number(ordinal), slot, block.capacity(), code);
        }
      }
      return codes.isComing(book);
    } finally {
      writing.unlock();
    }
  }
}
