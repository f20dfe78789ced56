package io.rekindle.node.index;

import io.rekindle.node.index.scan.Kernel;
import io.rekindle.node.index.scan.Kernels;
import io.rekindle.node.index.scan.Scorer;
import io.rekindle.node.model.MemoryId;
import java.lang.foreign.MemorySegment;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Decides among vectors that their bounds leave over, by their exact floats: those of the highest
 * bounds first, until no bound reaches the worst of the best. Takes no lock. One thread.
 */
final class Rescoring {
  private static final Kernel KERNEL = Kernels.best();

  private final Blocks<RowBlock> rows;
  private final Blocks<VectorBlock> vectors;
  private final ExactVectors exact;
  private final Scorer scorer;
  private final CompiledFilter filter;
  private final float[] dot = new float[1];

  Rescoring(SliceTables tables, ExactVectors exact, Scorer scorer, CompiledFilter filter) {
    this.rows = tables.rows();
    this.vectors = tables.vectors();
    this.exact = exact;
    this.scorer = scorer;
    this.filter = filter;
  }

  /** Puts the best of the contenders into {@code best}. */
  void run(Candidates contenders, TopMemories best) {
    contenders.sort();
    for (int i = contenders.size() - 1; i >= 0; i--) {
      if (contenders.bound(i) < best.threshold()) {
        return;
      }
      offer(contenders.ordinal(i), best);
    }
  }

  /**
   * Offers a vector by its exact score. It is judged anew, as it is now: who has its place may be
   * another than when it became a contender.
   */
  private void offer(int ordinal, TopMemories best) {
    Found found = find(ordinal);
    if (found != null) {
      offer(found, best);
    }
  }

  private void offer(Found found, TopMemories best) {
    float[] vector = exact.read(found.id(), found.chunk(), found.contentVersion());
    // Of other dimensions it is no vector of this index, and was ignored when it was put.
    if (vector != null && vector.length == scorer.dimensions()) {
      offer(found, scorer.score(MemorySegment.ofArray(vector), 0), best);
    }
  }

  private static void offer(Found found, float score, TopMemories best) {
    UUID id = found.id().value();
    best.offer(
        score,
        id.getMostSignificantBits(),
        id.getLeastSignificantBits(),
        found.chunk(),
        found.version(),
        true);
  }

  /**
   * Puts the best of the contenders into {@code best}, and reads only those vectors of which int8
   * does not tell whether they belong there: the others keep the scores that it gives them.
   *
   * @param topK how many are the best
   * @param marginPart which part of a margin counts
   */
  void settle(Candidates contenders, int topK, float marginPart, TopMemories best) {
    contenders.sort();
    int behind = contenders.size() - 1 - topK;
    float others = behind < 0 ? Float.NEGATIVE_INFINITY : contenders.bound(behind);
    for (int i = contenders.size() - 1; i >= 0; i--) {
      if (contenders.bound(i) < best.threshold()) {
        return;
      }
      Found found = find(contenders.ordinal(i));
      if (found != null && scorer.low(found.estimate(), marginPart * found.margin()) >= others) {
        offer(found, scorer.approximate(found.estimate()), best);
      } else if (found != null) {
        offer(found, best);
      }
    }
  }

  private record Found(
      MemoryId id, int chunk, long contentVersion, long version, double estimate, float margin) {}

  /** Whose vector it is, as all of it was at one moment; null when it does not pass the filter. */
  private @Nullable Found find(int ordinal) {
    VectorBlock block = vectors.of(ordinal);
    int slot = vectors.slot(ordinal);
    for (int turn = 0; ; turn++) {
      int owner = block.owner(slot);
      if (owner <= 0) {
        return null;
      }
      RowBlock row = rows.of(owner - 1);
      int rowSlot = rows.slot(owner - 1);
      int generation = row.generation(rowSlot);
      if ((generation & 1) == 0) {
        boolean passes = filter.test(row, rowSlot);
        long codes = block.codeOffset(slot);
        KERNEL.dots(scorer.unitQuery(), block.codes(), codes, 1, dot);
        Found found =
            new Found(
                new MemoryId(
                    new UUID(
                        row.getLong(RowBlock.ID_HIGH, rowSlot),
                        row.getLong(RowBlock.ID_LOW, rowSlot))),
                block.chunk(slot),
                row.getLong(RowBlock.CONTENT_VERSION, rowSlot),
                row.getLong(RowBlock.VERSION, rowSlot),
                scorer.estimate(dot[0], block.codes(), codes, block.scale(slot)),
                block.margin(slot));
        if (row.unchanged(rowSlot, generation) && block.owner(slot) == owner) {
          return passes ? found : null;
        }
      }
      Spin.once(turn);
    }
  }
}
