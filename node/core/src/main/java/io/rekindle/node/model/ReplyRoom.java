package io.rekindle.node.model;

/**
 * The room of one answer, 3 MiB. Who collects an answer takes room for each item before it keeps
 * the item, so that what a request holds in memory is what it will answer, however much it selects.
 * One thread.
 */
public final class ReplyRoom {
  /** What the columns and the framing of one item take at the most, roughly. */
  private static final int COLUMNS_BYTES = 4 * 1024;

  private long bytes;
  private boolean empty = true;

  /**
   * Takes room for a memory.
   *
   * @return false when it would not fit; the first item always does
   */
  public boolean take(Memory memory) {
    return take(sizeOf(memory));
  }

  /** As {@link #take(Memory)}. */
  public boolean take(AgentState state) {
    return take(sizeOf(state));
  }

  /** Gives the room of a state back. */
  public void giveBack(AgentState state) {
    bytes -= sizeOf(state);
  }

  private boolean take(long size) {
    if (!empty && bytes + size > Limits.REPLY_BYTES_MAX) {
      return false;
    }
    empty = false;
    bytes += size;
    return true;
  }

  private static long sizeOf(Memory memory) {
    String metadata = memory.payload().metadata();
    VectorInput vector = memory.vector();
    return sizeOf(memory.payload().content())
        + (metadata == null ? 0 : 3L * metadata.length())
        + (vector == null ? 0 : (long) Float.BYTES * vector.values().length);
  }

  private static long sizeOf(AgentState state) {
    return sizeOf(state.value());
  }

  /** A char is at most three bytes of UTF-8; counting exactly would encode every answer twice. */
  private static long sizeOf(String text) {
    return COLUMNS_BYTES + 3L * text.length();
  }
}
