package io.rekindle.node.audit;

/**
 * What was found at one place of a tail file.
 *
 * @param position after the frame; after the file where nothing more can be read
 * @param offset where it begins, in bytes
 * @param plaintext empty unless {@code GOOD}
 */
record TailFrame(Status status, TailPosition position, long offset, byte[] plaintext) {
  /** How it looks. */
  enum Status {
    GOOD,
    /** The file header does not say what it must; the frames may be good. */
    HEADER_DAMAGED,
    /** The frame does not open; the next one can be read. */
    DAMAGED,
    /** The length is damaged: nothing after it can be read. */
    UNREADABLE,
    /** The file ends within the frame, as after a crash. */
    TORN
  }

  boolean good() {
    return status == Status.GOOD;
  }

  /** Whether it is frame 0, which holds no records. */
  boolean preamble() {
    return position.frame() == 0;
  }

  ChainSegment segment() {
    return ChainSegment.read(new BinaryReader(plaintext));
  }

  /** For people: which file, frame and byte. */
  String place() {
    return "tail file " + position.file() + ", frame " + position.frame() + ", byte " + offset;
  }
}
