package io.rekindle.node.index;

import io.rekindle.node.index.kmeans.Means;
import io.rekindle.node.index.rabitq.CodeKernel;
import io.rekindle.node.index.rabitq.CodeKernels;
import io.rekindle.node.index.rabitq.CodeLayout;
import io.rekindle.node.index.rabitq.Encoder;
import io.rekindle.node.index.rabitq.Query;
import io.rekindle.node.model.SearchPath;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
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

  private final MemoryBudget budget;
  private final NativeMemory memory;
  private final UseCount uses;
  private final Encoder encoder;
  private final Means means;
  private final CodeLayout layout;
  private final CodePlaces places;
  private final int basis;
  private final AtomicReferenceArray<CodeList> lists;
  private final AtomicLong listBytes = new AtomicLong();
  private final Queue<CodeList> dropped = new ConcurrentLinkedQueue<>();
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
    this.budget = budget;
    this.encoder = encoder;
    this.means = means;
    this.basis = basis;
    this.layout = new CodeLayout(encoder.dimensions());
    this.probes = Probes.all(means.count());
    this.lists = new AtomicReferenceArray<>(means.count());
    this.memory = new NativeMemory(budget);
    this.places = new CodePlaces(vectors, memory);
    this.uses = new UseCount(this::free);
    try {
      memory.reserve(Means.bytes(means.count(), encoder.rotatedDimensions()));
      for (int list = 0; list < means.count(); list++) {
        lists.set(list, counted(new CodeList(budget, layout, basis / means.count())));
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

  @Override
  public double looksAt(int vectors, Recall recall, double depth) {
    // Each vector is in two lists.
    return probes.lists(recall.target(), depth) * 2.0 * vectors / means.count();
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
    places.reserve(ordinal);
    int[] before = slots(ordinal);
    int first = add(codes.lists().first(), ordinal, codes.first());
    int second = add(codes.lists().second(), ordinal, codes.second());
    erase(ordinal, before);
    places.write(ordinal, 0, codes.lists().first(), first);
    places.write(ordinal, 1, codes.lists().second(), second);
  }

  /** The slots of a vector's codes in its two lists, -1 where it has none. */
  private int[] slots(int ordinal) {
    int first = slot(ordinal, 0, -1);
    boolean inOneList = places.list(ordinal, 0) == places.list(ordinal, 1);
    return new int[] {first, slot(ordinal, 1, inOneList ? first : -1)};
  }

  private int slot(int ordinal, int which, int taken) {
    int list = places.list(ordinal, which);
    if (list < 0) {
      return -1;
    }
    int slot = places.firstSlot(ordinal, which);
    while (slot == taken || lists.get(list).ordinal(slot) != ordinal) {
      slot += CodePlaces.slotStep();
    }
    return slot;
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
    erase(ordinal, slots(ordinal));
    places.erase(ordinal);
  }

  private void erase(int ordinal, int[] slots) {
    for (int which = 0; which < slots.length; which++) {
      if (slots[which] >= 0) {
        lists.get(places.list(ordinal, which)).erase(slots[which]);
      }
    }
  }

  /** The lists of a vector, which may have changed by the time that they are read, or null. */
  Means.@Nullable Pair listsOf(int ordinal) {
    int first = places.list(ordinal, 0);
    int second = places.list(ordinal, 1);
    return first >= 0 && second >= 0 ? new Means.Pair(first, second) : null;
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
   * In which order a query looks through the lists.
   *
   * @param rotated the rotated query
   * @param dots takes its products with each mean
   */
  ListOrder order(float[] rotated, float[] dots) {
    means.dots(rotated, dots);
    float[] far = new float[means.count()];
    for (int list = 0; list < far.length; list++) {
      far[list] = encoder.isMoved() ? means.squares(list) - 2 * dots[list] : -dots[list];
    }
    return new ListOrder(far);
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
    private final ListOrder order;
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
      if (at >= order.count()) {
        return false;
      }
      int number = order.list(at);
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
