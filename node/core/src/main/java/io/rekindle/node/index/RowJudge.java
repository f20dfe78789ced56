package io.rekindle.node.index;

import io.rekindle.node.model.MemoryId;
import java.util.Set;
import java.util.UUID;
import java.util.function.ObjIntConsumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Says of rows, one by one, whether they are there and pass a filter; for an index that keeps
 * something else of them. Good for one question of {@link SliceIndex#judge}; one thread.
 */
public final class RowJudge {
  /** Where no row is known to be. */
  public static final int NOWHERE = -1;

  /** What is known of a row. */
  public enum Verdict {
    /** It has that content and passes. */
    PASSES,
    /** It has another content by now, or does not pass. */
    FAILS,
    /** It is not at that place. */
    ELSEWHERE
  }

  private final Blocks<RowBlock> rows;
  private final CompiledFilter filter;
  private final @Nullable Set<MemoryId> among;
  private final ToIntFunction<MemoryId> places;

  /**
   * @param among the only memories that may pass, or null for all
   */
  RowJudge(
      SliceTables tables,
      CompiledFilter filter,
      @Nullable Set<MemoryId> among,
      ToIntFunction<MemoryId> places) {
    this.rows = tables.rows();
    this.filter = filter;
    this.among = among;
    this.places = places;
  }

  /**
   * The place of a memory's row, or {@link #NOWHERE}. It stays there until the row is removed;
   * takes a lock for a moment.
   */
  public int place(long high, long low) {
    return places.applyAsInt(new MemoryId(new UUID(high, low)));
  }

  /** Judges the row at a place that {@link #place} gave some time ago, or nowhere. */
  public Verdict judge(int place, RowContent content) {
    if (place < 0) {
      return Verdict.ELSEWHERE;
    }
    RowBlock block = rows.of(place);
    int slot = rows.slot(place);
    for (int turn = 0; ; turn++) {
      int generation = block.generation(slot);
      if ((generation & 1) == 0) {
        Verdict verdict = read(block, slot, content);
        if (block.unchanged(slot, generation)) {
          return verdict == Verdict.PASSES && !isAmong(content) ? Verdict.FAILS : verdict;
        }
      }
      Spin.once(turn);
    }
  }

  private Verdict read(RowBlock block, int slot, RowContent content) {
    if (block.getByte(RowBlock.STATE, slot) != RowBlock.PRESENT
        || block.getLong(RowBlock.ID_HIGH, slot) != content.high()
        || block.getLong(RowBlock.ID_LOW, slot) != content.low()) {
      return Verdict.ELSEWHERE;
    }
    boolean passes =
        block.getLong(RowBlock.CONTENT_VERSION, slot) == content.contentVersion()
            && block.getLong(RowBlock.CREATED_AT, slot) == content.createdAtMicros()
            && filter.test(block, slot);
    return passes ? Verdict.PASSES : Verdict.FAILS;
  }

  private boolean isAmong(RowContent content) {
    return among == null || among.contains(new MemoryId(new UUID(content.high(), content.low())));
  }

  /** What the row of a memory says, or null when there is none. */
  public @Nullable RowFacts facts(MemoryId id) {
    int place = places.applyAsInt(id);
    if (place < 0) {
      return null;
    }
    RowBlock block = rows.of(place);
    int slot = rows.slot(place);
    for (int turn = 0; ; turn++) {
      int generation = block.generation(slot);
      if ((generation & 1) == 0) {
        RowFacts facts =
            new RowFacts(
                block.getLong(RowBlock.CREATED_AT, slot),
                Float.intBitsToFloat(block.getInt(RowBlock.IMPORTANCE, slot)));
        boolean same =
            block.getLong(RowBlock.ID_HIGH, slot) == id.value().getMostSignificantBits()
                && block.getLong(RowBlock.ID_LOW, slot) == id.value().getLeastSignificantBits();
        if (block.unchanged(slot, generation)) {
          return same ? facts : null;
        }
      }
      Spin.once(turn);
    }
  }

  /** Every row that passes and its place; those that come or go meanwhile may be missing. */
  public void forEach(ObjIntConsumer<RowContent> visitor) {
    int size = rows.size();
    for (int place = 0; place < size; place++) {
      RowBlock block = rows.of(place);
      int slot = rows.slot(place);
      RowContent content = content(block, slot);
      if (content != null && judge(place, content) == Verdict.PASSES) {
        visitor.accept(content, place);
      }
    }
  }

  private static @Nullable RowContent content(RowBlock block, int slot) {
    for (int turn = 0; ; turn++) {
      int generation = block.generation(slot);
      if ((generation & 1) == 0) {
        boolean present = block.getByte(RowBlock.STATE, slot) == RowBlock.PRESENT;
        RowContent content =
            new RowContent(
                block.getLong(RowBlock.ID_HIGH, slot),
                block.getLong(RowBlock.ID_LOW, slot),
                block.getLong(RowBlock.CONTENT_VERSION, slot),
                block.getLong(RowBlock.CREATED_AT, slot));
        if (block.unchanged(slot, generation)) {
          return present ? content : null;
        }
      }
      Spin.once(turn);
    }
  }
}
