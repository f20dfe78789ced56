package io.rekindle.node.index;

import io.rekindle.node.index.kmeans.Means;
import io.rekindle.node.index.rabitq.CodeKernel;
import io.rekindle.node.index.rabitq.CodeKernels;
import io.rekindle.node.index.rabitq.CodeLayout;
import io.rekindle.node.index.rabitq.Encoder;
import io.rekindle.node.index.rabitq.Query;
import io.rekindle.node.model.SearchPath;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Codes in lists, each against the mean of its cluster, every vector in two of them. A search looks
 * through the lists whose means are nearest to its query, as many as {@link Probes} says.
 */
final class ListCodes implements CodeBook<ListCodes.Codes> {
  private static final CodeKernel KERNEL = CodeKernels.best();

  /** Lists are made anew for four times as many vectors, or when one is so much above the mean. */
  private static final int GROWTH = 4;

  private static final int LONGEST = 5;

  /** Of a vector, in ints: list plus one and slot of the first code, then of the second. */
  private static final int PLACE = 4;

  private static final long PLACE_BYTES = (long) PLACE * Integer.BYTES;

  private final Blocks<VectorBlock> vectors;
  private final MemoryBudget budget;
  private final NativeMemory memory;
  private final UseCount uses;
  private final Encoder encoder;
  private final Means means;
  private final CodeLayout layout;
  private final int basis;
  private final AtomicReferenceArray<CodeList> lists;
  private final AtomicLong listBytes = new AtomicLong();
  private final Queue<CodeList> dropped = new ConcurrentLinkedQueue<>();
  private volatile @Nullable MemorySegment[] places = {};
  private volatile Probes probes;
  private volatile boolean measuredByQueries;
  private volatile int longest;

  // As the data are: new lists would not be more even.
  private volatile int longestAtFirst;

  /** The codes of a vector in its two lists, which may be the same one. */
  record Codes(Means.Pair lists, Encoder.Code first, Encoder.Code second) {}

  /**
   * @param encoder of the center that all lists share
   * @param means of rotated vectors
   * @param basis how many vectors there are
   * @throws io.rekindle.node.error.RekindleException {@code INDEX_MEMORY_EXHAUSTED}
   */
  ListCodes(
      Blocks<VectorBlock> vectors, MemoryBudget budget, Encoder encoder, Means means, int basis) {
    this.vectors = vectors;
    this.budget = budget;
    this.encoder = encoder;
    this.means = means;
    this.basis = basis;
    this.layout = new CodeLayout(encoder.dimensions());
    this.probes = Probes.all(means.count());
    this.lists = new AtomicReferenceArray<>(means.count());
    this.memory = new NativeMemory(budget);
    this.uses = new UseCount(this::free);
    try {
      memory.reserve(Means.bytes(means.count(), encoder.rotatedDimensions()));
      for (int list = 0; list < means.count(); list++) {
        lists.set(list, counted(new CodeList(budget, layout, 2 * basis / means.count())));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private CodeList counted(CodeList list) {
    listBytes.addAndGet(list.bytes());
    return list;
  }

  private void free() {
    for (int list = 0; list < lists.length(); list++) {
      CodeList each = lists.get(list);
      if (each != null) {
        each.close();
      }
    }
    closeDropped();
    memory.close();
  }

  /** From now on searches look through as many lists as these say. */
  void probe(Probes measured, boolean byQueries) {
    longestAtFirst = longestAtFirst == 0 ? longest : longestAtFirst;
    probes = measured;
    measuredByQueries = byQueries;
  }

  /** Whether queries of callers have said through how many lists a search has to look. */
  boolean isMeasuredByQueries() {
    return measuredByQueries;
  }

  Means means() {
    return means;
  }

  Encoder encoder() {
    return encoder;
  }

  @Override
  public SearchPath path() {
    return SearchPath.LISTS;
  }

  @Override
  public boolean isOutgrown(int present) {
    return present >= (long) GROWTH * basis
        || longest
            > Math.max(
                (long) LONGEST * 2 * Math.max(present, basis) / means.count(), 2L * longestAtFirst);
  }

  @Override
  public long bytes() {
    return memory.bytes() + listBytes.get();
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
  public Codes encode(float[] vector) {
    float[] rotated = encoder.rotated(vector);
    Means.Pair pair = means.lists(rotated, means.room());
    return new Codes(
        pair,
        encoder.encode(rotated, means.mean(pair.first())),
        encoder.encode(rotated, means.mean(pair.second())));
  }

  @Override
  public void write(int ordinal, Codes codes) {
    MemorySegment place = placeFor(ordinal);
    int[] before = read(place, ordinal);
    int first = add(codes.lists().first(), ordinal, codes.first());
    int second = add(codes.lists().second(), ordinal, codes.second());
    erase(before);
    write(place, ordinal, codes.lists().first() + 1, first, codes.lists().second() + 1, second);
  }

  private int add(int number, int ordinal, Encoder.Code code) {
    CodeList list = lists.get(number);
    if (list.isFull()) {
      CodeList longer = counted(list.longer(budget));
      lists.set(number, longer);
      listBytes.addAndGet(-list.bytes());
      dropped.add(list);
      list = longer;
    }
    int slot = list.add(ordinal, code);
    longest = Math.max(longest, list.size());
    return slot;
  }

  @Override
  public void erase(int ordinal) {
    MemorySegment place = place(ordinal);
    if (place != null) {
      erase(read(place, ordinal));
      write(place, ordinal, 0, 0, 0, 0);
    }
  }

  private void erase(int[] place) {
    for (int i = 0; i < PLACE; i += 2) {
      if (place[i] > 0) {
        lists.get(place[i] - 1).erase(place[i + 1]);
      }
    }
  }

  /** The lists of a vector, which may have changed by the time that they are read, or null. */
  Means.@Nullable Pair listsOf(int ordinal) {
    MemorySegment place = place(ordinal);
    if (place == null) {
      return null;
    }
    int[] read = read(place, ordinal);
    return read[0] > 0 && read[2] > 0 ? new Means.Pair(read[0] - 1, read[2] - 1) : null;
  }

  private @Nullable MemorySegment place(int ordinal) {
    int number = vectors.number(ordinal);
    @Nullable MemorySegment[] all = places;
    return number < all.length ? all[number] : null;
  }

  private MemorySegment placeFor(int ordinal) {
    MemorySegment place = place(ordinal);
    if (place == null) {
      int number = vectors.number(ordinal);
      place = memory.allocate(vectors.block(number).capacity() * PLACE_BYTES);
      @Nullable MemorySegment[] grown = Arrays.copyOf(places, Math.max(places.length, number + 1));
      grown[number] = place;
      places = grown;
    }
    return place;
  }

  private int[] read(MemorySegment place, int ordinal) {
    int[] read = new int[PLACE];
    MemorySegment.copy(
        place, ValueLayout.JAVA_INT, vectors.slot(ordinal) * PLACE_BYTES, read, 0, PLACE);
    return read;
  }

  private void write(MemorySegment place, int ordinal, int... values) {
    MemorySegment.copy(
        values, 0, place, ValueLayout.JAVA_INT, vectors.slot(ordinal) * PLACE_BYTES, PLACE);
  }

  /** Overwrites and frees what was outgrown; not under the lock, it takes a while. */
  @Override
  public void closeDropped() {
    for (CodeList list = dropped.poll(); list != null; list = dropped.poll()) {
      list.close();
    }
  }

  @Override
  public CodeRuns runs(float[] query, Recall recall) {
    return new Runs(query, recall);
  }

  /**
   * The numbers of all lists, the one whose mean is most promising for a query first.
   *
   * @param rotated the rotated query
   * @param dots of it with each mean
   */
  int[] order(float[] rotated, float[] dots) {
    means.dots(rotated, dots);
    long[] keys = new long[means.count()];
    for (int list = 0; list < keys.length; list++) {
      float far = encoder.isMoved() ? means.squares(list) - 2 * dots[list] : -dots[list];
      keys[list] = (long) Candidates.sortable(far) << Integer.SIZE | list;
    }
    Arrays.sort(keys);
    int[] order = new int[keys.length];
    for (int i = 0; i < order.length; i++) {
      order[i] = (int) keys[i];
    }
    return order;
  }

  @Override
  public List<MemorySegment> segments() {
    List<MemorySegment> segments = new ArrayList<>(memory.segments());
    for (int list = 0; list < lists.length(); list++) {
      segments.addAll(lists.get(list).segments());
    }
    dropped.forEach(list -> segments.addAll(list.segments()));
    return segments;
  }

  @Override
  public void close() {
    uses.close();
  }

  /** Each list is a run. */
  private final class Runs implements CodeRuns {
    private final Query.Open query;
    private final Query any;
    private final float[] dots = means.room();
    private final int[] order;
    private final double target;
    private int at = -1;
    private @Nullable CodeList list;
    private Query against;
    private int size;

    Runs(float[] vector, Recall recall) {
      float[] rotated = encoder.rotatedQuery(vector);
      this.query = encoder.query(vector, rotated, recall.deviations());
      this.any = query.against(0, 0);
      this.against = any;
      this.order = order(rotated, dots);
      this.target = recall.target();
    }

    @Override
    public int wanted(double depth) {
      return probes.lists(target, depth);
    }

    @Override
    public boolean nearestFirst() {
      return true;
    }

    @Override
    public boolean next() {
      done();
      at++;
      if (at >= order.length) {
        return false;
      }
      int number = order[at];
      CodeList next = lists.get(number);
      while (!next.enter()) {
        next = lists.get(number); // A longer one has taken its place.
      }
      list = next;
      size = next.size();
      against = query.against(dots[number], means.squares(number));
      return true;
    }

    @Override
    public void done() {
      if (list != null) {
        list.leave();
        list = null;
      }
    }

    @Override
    public void rewind() {
      done();
      at = -1;
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public void estimate(int from, int count, float[] estimates) {
      int eights = (count + CodeLayout.LANES - 1) / CodeLayout.LANES;
      KERNEL.estimate(against, current().codes(), layout.blockOffset(from), eights, estimates);
    }

    @Override
    public int ordinal(int slot) {
      return current().ordinal(slot);
    }

    private CodeList current() {
      return Objects.requireNonNull(list, "no run");
    }

    @Override
    public float level(float score) {
      return any.level(score);
    }
  }
}
