package io.rekindle.node.index;

import io.rekindle.node.error.RekindleException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The codes of an index, if it has any: the book that searches read, and the one that is being
 * made, both kept current by every change of a vector.
 *
 * <p>Codes only make searches faster. Where there is no room for them they are dropped, and no
 * change is refused for their sake. Guarded by the index's lock, but for {@link #current}, {@link
 * #closeDropped} and the sizes.
 */
final class VectorCodes {
  private final Queue<CodeBook<?>> dropped = new ConcurrentLinkedQueue<>();
  private volatile @Nullable CodeBook<?> current;
  private volatile @Nullable CodeBook<?> coming;

  /** The book to search by, which may be closed at any time; null when there is none. */
  @Nullable CodeBook<?> current() {
    return current;
  }

  /** Bytes taken from the budget. */
  long bytes() {
    CodeBook<?> read = current;
    CodeBook<?> made = coming;
    return (read == null ? 0 : read.bytes()) + (made == null ? 0 : made.bytes());
  }

  /** From now on every change reaches this book too. */
  void begin(CodeBook<?> book) {
    coming = book;
  }

  /** Whether a book is still being made: it is not when there was no room for it. */
  boolean isComing(CodeBook<?> book) {
    return coming == book;
  }

  /** Searches read the book that was being made. */
  void switchToComing() {
    CodeBook<?> before = current;
    current = coming;
    coming = null;
    drop(before);
  }

  /** Lets the book that is being made go. */
  void abandonComing() {
    CodeBook<?> book = coming;
    coming = null;
    drop(book);
  }

  /** Lets all go. */
  void dropAll() {
    if (coming != null) {
      abandonComing();
    }
    CodeBook<?> book = current;
    if (book != null) {
      current = null;
      drop(book);
    }
  }

  /** Encodes a vector that is being put; takes some microseconds, tens for lists. */
  void write(int ordinal, float[] vector) {
    if (current != null && !writeTo(current, ordinal, vector)) {
      CodeBook<?> book = current;
      current = null;
      drop(book);
    }
    if (coming != null && !writeTo(coming, ordinal, vector)) {
      abandonComing();
    }
  }

  private static <C> boolean writeTo(CodeBook<C> book, int ordinal, float[] vector) {
    try {
      book.write(ordinal, book.encode(vector));
      return true;
    } catch (RekindleException e) {
      return false;
    }
  }

  /** Overwrites the codes of a vector that is erased. */
  void erase(int ordinal) {
    CodeBook<?> read = current;
    if (read != null) {
      read.erase(ordinal);
    }
    CodeBook<?> made = coming;
    if (made != null) {
      made.erase(ordinal);
    }
  }

  private void drop(@Nullable CodeBook<?> book) {
    if (book != null) {
      dropped.add(book);
    }
  }

  /** Overwrites what was dropped and gives its memory back: not under the lock, it is a lot. */
  void closeDropped() {
    CodeBook<?> read = current;
    if (read != null) {
      read.closeDropped();
    }
    CodeBook<?> made = coming;
    if (made != null) {
      made.closeDropped();
    }
    for (CodeBook<?> book = dropped.poll(); book != null; book = dropped.poll()) {
      book.close();
    }
  }

  /** For the test that looks for what was erased. */
  List<MemorySegment> segments() {
    List<MemorySegment> segments = new ArrayList<>();
    CodeBook<?> read = current;
    if (read != null) {
      segments.addAll(read.segments());
    }
    CodeBook<?> made = coming;
    if (made != null) {
      segments.addAll(made.segments());
    }
    return segments;
  }
}
