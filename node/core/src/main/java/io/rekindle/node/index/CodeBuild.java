package io.rekindle.node.index;

import io.rekindle.node.error.RekindleException;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Fills a book of codes while the index serves.
 *
 * <p>First the book is announced, and from there on each change writes its own codes. Then every
 * vector that was there is encoded, without a lock, and written, some of them in one hold of it, if
 * its generation is still what it was: if it is not, whoever changed it has written or erased its
 * code. At last searches switch over. One thread.
 */
final class CodeBuild<C> {
  /** Codes written in one hold of the lock, some microseconds. */
  private static final int BATCH = 64;

  private final Blocks<VectorBlock> vectors;
  private final VectorCodes codes;
  private final Lock writing;
  private final BooleanSupplier stop;
  private final float[] vector;

  private final int[] generations = new int[BATCH];
  private final List<@Nullable C> encoded = new ArrayList<>(BATCH);

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
   * Fills the book and switches to it.
   *
   * @param ready what is left to be done before searches go by it; false to give up
   * @return false when there was no room, or it was given up: the index has the codes it had, or
   *     none
   */
  boolean run(CodeBook<C> book, BooleanSupplier ready) {
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
      whole = fill(book, size) && ready.getAsBoolean();
    } catch (RekindleException e) {
      // No room: what there is goes on being searched exactly.
    } finally {
      end(book, whole);
    }
    return whole;
  }

  private void end(CodeBook<C> book, boolean whole) {
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

  private boolean fill(CodeBook<C> book, int size) {
    for (int from = 0; from < size; from += BATCH) {
      int count = Math.min(BATCH, size - from);
      encoded.clear();
      for (int i = 0; i < count; i++) {
        encoded.add(encode(book, from + i, i));
      }
      if (stop.getAsBoolean() || !write(book, from, count)) {
        return false;
      }
      codes.closeDropped();
    }
    return true;
  }

  private @Nullable C encode(CodeBook<C> book, int ordinal, int at) {
    VectorBlock block = vectors.of(ordinal);
    int slot = vectors.slot(ordinal);
    generations[at] = block.generation(slot);
    if ((generations[at] & 1) != 0 || block.owner(slot) == 0) {
      return null;
    }
    block.read(slot, vector);
    VarHandle.loadLoadFence();
    return block.generationNow(slot) == generations[at] ? book.encode(vector) : null;
  }

  private boolean write(CodeBook<C> book, int from, int count) {
    writing.lock();
    try {
      for (int i = 0; i < count && codes.isComing(book); i++) {
        C code = encoded.get(i);
        int ordinal = from + i;
        int slot = vectors.slot(ordinal);
        if (code != null && vectors.of(ordinal).generationNow(slot) == generations[i]) {
          book.write(ordinal, code);
        }
      }
      return codes.isComing(book);
    } finally {
      writing.unlock();
    }
  }
}
