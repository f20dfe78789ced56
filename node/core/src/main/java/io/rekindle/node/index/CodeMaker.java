package io.rekindle.node.index;

import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.kmeans.KMeans;
import io.rekindle.node.index.kmeans.Means;
import io.rekindle.node.index.rabitq.Center;
import io.rekindle.node.index.rabitq.Encoder;
import io.rekindle.node.index.rabitq.Rotation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.function.BooleanSupplier;

/**
 * Decides which codes an index is to have and makes them while it serves: against one center, or,
 * of many vectors, in lists. Half of a vector that is read while it changes moves a mean by
 * nothing. One thread.
 */
final class CodeMaker {
  /** Vectors that the center is computed of, evenly spread: more would not move it. */
  private static final int CENTER_SAMPLE_MAX = 1 << 16;

  /** Vectors that the means of lists are computed of, for each of them. */
  private static final int SAMPLE_PER_LIST = 32;

  private final IndexSettings settings;
  private final MemoryBudget budget;
  private final SliceTables tables;
  private final Blocks<VectorBlock> vectors;
  private final ExactVectors exact;
  private final RecentQueries recent;
  private final Lock writing;
  private final BooleanSupplier stop;

  /**
   * @param stop asked now and then, outside of the lock, whether to give up
   */
  CodeMaker(
      IndexSettings settings,
      MemoryBudget budget,
      SliceTables tables,
      ExactVectors exact,
      RecentQueries recent,
      Lock writing,
      BooleanSupplier stop) {
    this.settings = settings;
    this.budget = budget;
    this.tables = tables;
    this.vectors = tables.vectors();
    this.exact = exact;
    this.recent = recent;
    this.writing = writing;
    this.stop = stop;
  }

  /** Whether there is something to make, or to measure. */
  static boolean isWanted(IndexSettings settings, SliceTables tables, RecentQueries recent) {
    int present = tables.vectorsCounting();
    CodeBook<?> book = tables.codes().current();
    return book == null
        ? present >= settings.codesFrom()
        : mustChange(settings, book, present) || mayMeasure(book, recent);
  }

  private static boolean mustChange(IndexSettings settings, CodeBook<?> book, int present) {
    boolean rightKind =
        book instanceof ListCodes
            ? present >= settings.listsFrom() / 2
            : present < settings.listsFrom();
    return !rightKind || book.isOutgrown(present);
  }

  private static boolean mayMeasure(CodeBook<?> book, RecentQueries recent) {
    return book instanceof ListCodes lists && !lists.isMeasuredByQueries() && recent.isFull();
  }

  /**
   * Makes what is wanted.
   *
   * @return false when there was no room, or it was stopped: the index has what it had, or no codes
   */
  boolean make() {
    int present = tables.vectorsStored();
    CodeBook<?> book = tables.codes().current();
    if (book instanceof ListCodes lists && !mustChange(settings, lists, present)) {
      return measured(lists);
    }
    try {
      Encoder encoder = encoder();
      if (present >= settings.listsFrom()) {
        return lists(encoder, present);
      }
      return build(new FlatCodes(vectors, budget, encoder, present), this::orderMeasured);
    } catch (RekindleException e) {
      return false; // No room: what there is goes on being searched as it was.
    }
  }

  private <C> boolean build(CodeBook<C> book, BooleanSupplier ready) {
    return new CodeBuild<C>(vectors, tables.codes(), settings.dimensions(), writing, stop)
        .run(book, ready);
  }

  private Encoder encoder() {
    Center.Sum sum = new Center.Sum(settings.distance(), settings.dimensions());
    float[] vector = new float[settings.dimensions()];
    int size = vectors.size();
    int step = Math.max(1, size / CENTER_SAMPLE_MAX);
    for (int ordinal = 0; ordinal < size && !stop.getAsBoolean(); ordinal += step) {
      if (vectors.of(ordinal).owner(vectors.slot(ordinal)) != 0) {
        read(ordinal, vector);
        sum.add(vector);
      }
    }
    return new Encoder(new Rotation(settings.dimensions(), CodeBook.SEED), sum.center());
  }

  private void read(int ordinal, float[] vector) {
    vectors.of(ordinal).read(vectors.slot(ordinal), vector);
  }

  /** About the square root of the number of vectors: so much time goes into each of both steps. */
  private boolean lists(Encoder encoder, int present) {
    int count = Math.clamp(Math.round(Math.sqrt(present)), 1, CodePlaces.LISTS_MAX);
    Means means;
    try (Sample sample = new Sample(encoder, count * SAMPLE_PER_LIST)) {
      if (sample.count() == 0) {
        return false;
      }
      means = KMeans.of(sample, count, CodeBook.SEED, stop);
    }
    ListCodes lists = new ListCodes(vectors, budget, encoder, means, present);
    return build(lists, () -> measured(lists));
  }

  private boolean measured(ListCodes lists) {
    if (!lists.enter()) {
      return false; // Dropped meanwhile, for want of room.
    }
    try {
      return measure(lists) && orderMeasured();
    } finally {
      lists.leave();
    }
  }

  private boolean orderMeasured() {
    OrderLoss loss = new OrderLoss(tables, exact, settings.distance(), stop);
    tables.floats().orderLoss(recent.isFull() ? loss.of(recent.list(), 0) : loss.of(stored(), 1));
    return true;
  }

  private List<float[]> stored() {
    List<float[]> stored = new ArrayList<>();
    int size = vectors.size();
    int step = Math.max(1, size / ProbeMeasure.STORED);
    for (int ordinal = step / 2; ordinal < size; ordinal += step) {
      if (vectors.of(ordinal).owner(vectors.slot(ordinal)) != 0) {
        float[] vector = new float[settings.dimensions()];
        read(ordinal, vector);
        stored.add(vector);
      }
    }
    return stored;
  }

  private boolean measure(ListCodes lists) {
    ProbeMeasure measure =
        new ProbeMeasure(vectors, settings.distance(), settings.dimensions(), lists, stop);
    boolean byQueries = recent.isFull();
    Probes probes = byQueries ? measure.byQueries(recent.list()) : measure.byStored();
    if (probes != null) {
      lists.probe(probes, byQueries);
    }
    return probes != null;
  }

  /** Rotated vectors, evenly spread, in memory of the budget. */
  private final class Sample implements KMeans.Points, AutoCloseable {
    private final NativeMemory memory = new NativeMemory(budget);
    private final int dimensions;
    private final MemorySegment points;
    private int count;

    Sample(Encoder encoder, int countMax) {
      this.dimensions = encoder.rotatedDimensions();
      try {
        this.points = memory.allocate((long) countMax * dimensions * Float.BYTES);
      } catch (RekindleException e) {
        memory.close();
        throw e;
      }
      float[] vector = new float[settings.dimensions()];
      int size = vectors.size();
      double step = Math.max(1, (double) size / countMax);
      for (double at = 0; at < size && count < countMax && !stop.getAsBoolean(); at += step) {
        int ordinal = (int) at;
        if (vectors.of(ordinal).owner(vectors.slot(ordinal)) != 0) {
          CodeMaker.this.read(ordinal, vector);
          MemorySegment.copy(
              encoder.rotated(vector),
              0,
              points,
              ValueLayout.JAVA_FLOAT,
              (long) count * dimensions * Float.BYTES,
              dimensions);
          count++;
        }
      }
    }

    @Override
    public int count() {
      return count;
    }

    @Override
    public int dimensions() {
      return dimensions;
    }

    @Override
    public void read(int number, float[] into) {
      long offset = (long) number * dimensions * Float.BYTES;
      MemorySegment.copy(points, ValueLayout.JAVA_FLOAT, offset, into, 0, dimensions);
    }

    @Override
    public void close() {
      memory.close();
    }
  }
}
