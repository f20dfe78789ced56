package io.rekindle.node.index;

import io.rekindle.node.index.rabitq.CodeKernel;
import io.rekindle.node.index.rabitq.CodeKernels;
import io.rekindle.node.index.rabitq.CodeLayout;
import io.rekindle.node.index.rabitq.Encoder;
import io.rekindle.node.index.rabitq.Query;
import io.rekindle.node.model.SearchPath;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Codes against one center, each at its vector's block and slot, in the order of ordinals. */
final class FlatCodes implements CodeBook<Encoder.Code> {
  private static final int LINE_BYTES = 64;

  private static final CodeKernel KERNEL = CodeKernels.best();

  private final Blocks<VectorBlock> vectors;
  private final NativeMemory memory;
  private final UseCount uses;
  private final Encoder encoder;
  private final CodeLayout layout;
  private final int basis;
  private volatile @Nullable MemorySegment[] blocks = {};

  /**
   * @param basis how many vectors there were when the encoder's center was computed
   */
  FlatCodes(Blocks<VectorBlock> vectors, MemoryBudget budget, Encoder encoder, int basis) {
    this.vectors = vectors;
    this.memory = new NativeMemory(budget);
    this.uses = new UseCount(memory::close);
    this.encoder = encoder;
    this.layout = new CodeLayout(encoder.dimensions());
    this.basis = basis;
  }

  @Override
  public double looksAt(int present, Recall recall, double depth) {
    return present;
  }

  /** For the test that looks for what was erased. */
  Encoder encoder() {
    return encoder;
  }

  /** A center is soon wrong for much more than it was computed of. */
  @Override
  public SearchPath path() {
    return SearchPath.CODES;
  }

  @Override
  public boolean isOutgrown(int present) {
    return present >= 2L * basis;
  }

  @Override
  public long bytes() {
    return memory.bytes();
  }

  @Override
  public boolean enter() {
    return uses.enter();
  }

  @Override
  public void leave() {
    uses.leave();
  }

  @Override
  public Encoder.Code encode(float[] vector) {
    return encoder.encode(vector);
  }

  /** The codes of a block of vectors, or null when none was written yet. */
  private @Nullable MemorySegment block(int number) {
    @Nullable MemorySegment[] all = blocks;
    return number < all.length ? all[number] : null;
  }

  @Override
  public void write(int ordinal, Encoder.Code code) {
    int number = vectors.number(ordinal);
    MemorySegment codes = block(number);
    if (codes == null) {
      codes = grow(number, vectors.block(number).capacity());
    }
    layout.write(codes, vectors.slot(ordinal), code);
  }

  private MemorySegment grow(int number, int capacity) {
    long size = layout.bytes(capacity);
    // A register's load that lies in two cache lines costs twice.
    MemorySegment room = memory.allocate(size + LINE_BYTES);
    MemorySegment codes = room.asSlice(-room.address() & (LINE_BYTES - 1), size);
    @Nullable MemorySegment[] grown = Arrays.copyOf(blocks, Math.max(blocks.length, number + 1));
    grown[number] = codes;
    blocks = grown;
    return codes;
  }

  @Override
  public void erase(int ordinal) {
    MemorySegment codes = block(vectors.number(ordinal));
    if (codes != null) {
      layout.erase(codes, vectors.slot(ordinal));
    }
  }

  @Override
  public void closeDropped() {
    // Blocks stay as they are until the whole is closed.
  }

  @Override
  public CodeRuns runs(float[] query, Recall recall) {
    return new Runs(encoder.query(query, recall.deviations()));
  }

  @Override
  public List<MemorySegment> segments() {
    return memory.segments();
  }

  @Override
  public void close() {
    uses.close();
  }

  /** Each block of vectors is a run; all are wanted. */
  private final class Runs implements CodeRuns {
    private final Query query;
    private final int all = vectors.size();
    private int number = -1;
    private int first;
    private int size;
    private @Nullable MemorySegment codes;

    Runs(Query query) {
      this.query = query;
    }

    @Override
    public int wanted(double depth) {
      return Integer.MAX_VALUE;
    }

    @Override
    public boolean nearestFirst() {
      return false;
    }

    @Override
    public boolean next() {
      first += number < 0 ? 0 : vectors.block(number).capacity();
      number++;
      if (first >= all) {
        return false;
      }
      codes = block(number);
      size = codes == null ? 0 : Math.min(all - first, vectors.block(number).capacity());
      return true;
    }

    @Override
    public void done() {
      // Who entered the book holds all of it.
    }

    @Override
    public void rewind() {
      number = -1;
      first = 0;
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public void estimate(int from, int count, float[] estimates) {
      if (codes != null) {
        int eights = (count + CodeLayout.LANES - 1) / CodeLayout.LANES;
        KERNEL.estimate(query, codes, layout.blockOffset(from), eights, estimates);
      }
    }

    @Override
    public int ordinal(int slot) {
      return first + slot;
    }

    @Override
    public float level(float score) {
      return query.level(score);
    }
  }
}
