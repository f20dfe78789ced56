package io.rekindle.node.index;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.scan.Quantizer;
import io.rekindle.node.model.Limits;
import io.rekindle.node.model.MemoryId;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The index of one slice. Thread-safe: readers take no lock, writers take one for microseconds.
 *
 * <p>Rows and vectors arrive independently, in either order, once or twice. A vector counts while
 * its content version equals its row's; one whose row is not there yet waits, within the budget.
 *
 * <p>After {@link #close} (safe while readers are inside; the last one frees the memory) changes
 * are ignored and questions are refused with {@code NOT_READY}.
 */
public final class SliceIndex implements AutoCloseable {
  /** The most rows that one {@link #select} lists. */
  public static final int SELECT_ROWS_MAX = 100_000;

  /** The most values that one {@link #countBy} answers. */
  public static final int COUNTED_VALUES_MAX = 1_000;

  /** Ids looked up in one hold of the lock, some microseconds. */
  private static final int LOOKUP_BATCH = 64;

  private final IndexSettings settings;
  private final MemoryBudget budget;
  private final ExactVectors exact;
  private final NativeMemory memory;
  private final SliceTables tables;
  private final Quantizer quantizer;
  private final ReentrantLock writing = new ReentrantLock();
  private final UseCount uses;
  private final RecentQueries recent = new RecentQueries();
  private final AtomicBoolean coding = new AtomicBoolean();
  private @Nullable BuildLedger ledger;

  /**
   * An empty index that keeps all floats, whatever is in its settings.
   *
   * @throws RekindleException {@code INDEX_MEMORY_EXHAUSTED}
   */
  public SliceIndex(IndexSettings settings, MemoryBudget budget) {
    this(settings.withFloats(), budget, (_, _, _) -> null);
  }

  /**
   * An empty index.
   *
   * @param exact asked for vectors whose floats are not kept
   * @throws RekindleException {@code INDEX_MEMORY_EXHAUSTED}
   */
  public SliceIndex(IndexSettings settings, MemoryBudget budget, ExactVectors exact) {
    this.settings = settings;
    this.budget = budget;
    this.exact = exact;
    this.memory = new NativeMemory(budget);
    this.uses = new UseCount(this::free);
    this.quantizer = new Quantizer(settings.dimensions(), settings.distance());
    try {
      this.tables = new SliceTables(settings, memory);
    } catch (RekindleException e) {
      memory.close();
      throw e;
    }
  }

  private void free() {
    tables.codes().dropAll();
    tables.codes().closeDropped();
    tables.floats().freeAll();
    memory.close();
  }

  /**
   * Takes a row, unless a newer version is known; the same version replaces itself. Vectors of
   * older content are erased.
   *
   * @return whether the index changed
   * @throws RekindleException {@code INDEX_MEMORY_EXHAUSTED}; nothing has changed then
   */
  public boolean putRow(IndexRow row) {
    return change(
        () -> {
          discardKept(row.columns().memoryId());
          return tables.putRow(row);
        });
  }

  /**
   * Takes the vector of one chunk, unless newer content is known; the same content version replaces
   * the vector. A vector of the wrong dimensions, or with a number that is not finite, is ignored.
   *
   * @return whether the index changed
   * @throws RekindleException {@code INDEX_MEMORY_EXHAUSTED}; nothing has changed then
   */
  public boolean putVector(MemoryId id, int chunk, long contentVersion, float[] vector) {
    Quantizer.Code code = quantizer.encode(vector);
    return code != null
        && change(
            () -> {
              discardKept(id);
              return tables.putVector(id, chunk, contentVersion, code, vector);
            });
  }

  /** What a snapshot remembers of a memory is of no use once the memory changes. */
  private void discardKept(MemoryId id) {
    if (ledger != null) {
      new KeptMemories(tables).discard(id);
    }
  }

  /** Erases a row and all its vectors at once; never throws. */
  public boolean removeRow(MemoryId id) {
    return change(
        () -> {
          if (ledger != null) {
            ledger.rowRemoved(id);
          }
          return tables.removeRow(id);
        });
  }

  /** Erases one vector at once; never throws. */
  public boolean removeVector(MemoryId id, int chunk) {
    return change(
        () -> {
          if (ledger != null) {
            ledger.vectorRemoved(id, chunk);
          }
          return tables.removeVector(id, chunk);
        });
  }

  /**
   * Starts filling the index from a scan that begins after this call.
   *
   * @throws IllegalStateException while another build goes on
   * @throws RekindleException {@code NOT_READY} when closed
   */
  public SliceBuild beginBuild() {
    return answer(
        () -> {
          writing.lock();
          try {
            if (ledger != null) {
              throw new IllegalStateException("a build of this slice goes on already");
            }
            ledger = new BuildLedger(memory);
            return new SliceBuild(this, settings, tables, ledger);
          } finally {
            writing.unlock();
          }
        });
  }

  /**
   * The {@code topK} memories that score best among those that pass the filter, exactly; equal
   * scores by memory id. A memory that changes meanwhile is judged as it was at one moment of the
   * search. Where floats are not kept, {@link ExactVectors} is asked for the contenders; see there
   * for what it throws.
   *
   * @param topK 1 to 1,000
   * @param minScore lowest score returned, or NaN
   * @throws RekindleException {@code INVALID_ARGUMENT} for a query of wrong dimensions or with
   *     numbers that are not finite, a wrong topK, or an undeclared path in the filter; {@code
   *     NOT_READY} when closed
   */
  public List<IndexHit> search(float[] query, int topK, float minScore, Filter filter) {
    return search(query, topK, minScore, filter, Recall.EXACT).hits();
  }

  /** As {@link #search}, among these memories only; unknown ids are ignored. */
  public List<IndexHit> searchAmong(
      float[] query, Collection<MemoryId> among, int topK, float minScore, Filter filter) {
    VectorSearch search = question(query, topK, minScore, filter);
    return answer(() -> search.among(scan -> show(among, scan))).hits();
  }

  private boolean show(Collection<MemoryId> among, VectorScan scan) {
    Iterator<MemoryId> ids = new LinkedHashSet<>(among).iterator();
    while (ids.hasNext()) {
      scan.these(locked(() -> tables.vectorsOf(ids, LOOKUP_BATCH)));
    }
    return true;
  }

  /**
   * As {@link #search}, but by codes where there are any, less than all of the answer is asked for
   * and the filter is not selective: then a memory may be missing. Where floats are not kept, the
   * scores of such an answer are those of the int8 vectors: off by at most the length of what
   * rounding took from the vector, which is at most max|x| sqrt(n) / 254 (for {@code COSINE}
   * divided by the vector's length, for {@code DOT} times the query's), and as a rule by a
   * twentieth of that; the order is that of these scores. Where this order alone would miss too
   * much for the recall, the exact vectors of those are read of which it is open whether they
   * belong to the best.
   *
   * <p>An answer that says that it is exact has exact scores. It does not say so, whatever recall
   * was asked for, where more than {@value VectorSearch#RESCORED_MAX} vectors were so near to each
   * other that int8 does not tell which are the best.
   */
  public IndexAnswer search(float[] query, int topK, float minScore, Filter filter, Recall recall) {
    VectorSearch search = question(query, topK, minScore, filter);
    CodeBook<?> book = recall.isExact() ? null : tables.codes().current();
    return answer(() -> book == null ? search.exactly() : search.byCodes(book, recall, recent));
  }

  VectorSearch question(float[] query, int topK, float minScore, Filter filter) {
    if (quantizer.encode(query) == null) {
      throw RekindleException.invalid("query", "a query has the index's dimensions and is finite");
    }
    if (topK < 1 || topK > Limits.TOP_K_MAX) {
      throw RekindleException.invalid("top_k", "top_k is from 1 to 1000");
    }
    return new VectorSearch(
        settings, tables, exact, new VectorSearch.Query(query, topK, minScore, filter));
  }

  /**
   * Whether {@link #buildCodes} has something to do: there are no codes, too old ones for so many
   * vectors, or queries enough to measure how many lists they need.
   */
  public boolean wantsCodes() {
    return CodeMaker.isWanted(settings, tables, recent);
  }

  /**
   * Makes codes of what is there while the index serves; takes some microseconds a vector. Returns
   * at once when another thread is at it.
   *
   * @return whether codes were made; not so for want of memory, or when the index was closed
   */
  public boolean buildCodes() {
    return buildCodes(uses::isClosed);
  }

  /** As {@link #buildCodes()}; {@code stop} is asked now and then whether to give up. */
  boolean buildCodes(BooleanSupplier stop) {
    if (!coding.compareAndSet(false, true)) {
      return false;
    }
    if (!uses.enter()) {
      coding.set(false);
      return false;
    }
    try {
      return new CodeMaker(settings, budget, tables, exact, recent, writing, stop).make();
    } finally {
      uses.leave();
      coding.set(false);
    }
  }

  /**
   * Whether floats of a slice that has grown large take memory still: {@link #freeFloats} has
   * something to do.
   */
  public boolean hasFloatsToFree() {
    return tables.floats().hasWithdrawn();
  }

  /**
   * Overwrites and frees floats that are not used any more; takes milliseconds, not to be waited
   * for.
   */
  public void freeFloats() {
    if (uses.enter()) {
      try {
        tables.floats().freeWithdrawn();
      } finally {
        uses.leave();
      }
    }
  }

  /** Whether searches may go by codes now. */
  public boolean hasCodes() {
    return codes() != null;
  }

  /**
   * The rows that pass the filter, newest first.
   *
   * @param after the last position of the page before, or null
   * @param limit 1 to {@link #SELECT_ROWS_MAX}
   * @throws RekindleException {@code INVALID_ARGUMENT} for an undeclared path in the filter; {@code
   *     NOT_READY} when closed
   */
  public List<RowPosition> select(Filter filter, @Nullable RowPosition after, int limit) {
    if (limit < 1 || limit > SELECT_ROWS_MAX) {
      throw new IllegalArgumentException("a selection is of 1 to 100000 rows");
    }
    return answer(() -> rowScan(filter).newest(after, limit));
  }

  /** How many rows pass the filter; throws as {@link #select}. */
  public long count(Filter filter) {
    return answer(() -> rowScan(filter).count());
  }

  /**
   * How many of the rows that pass the filter have each text, most rows first, then by the order of
   * texts. Rows without a text are not counted. Takes heap for each text, not only for those that
   * are answered.
   *
   * @param field a column of texts or a declared path
   * @param limit 1 to {@link #COUNTED_VALUES_MAX}
   * @throws RekindleException {@code INVALID_ARGUMENT} for another field, or an undeclared path in
   *     the filter; {@code NOT_READY} when closed
   */
  public List<ValueCount> countBy(Filter.Field field, Filter filter, int limit) {
    if (limit < 1 || limit > COUNTED_VALUES_MAX) {
      throw new IllegalArgumentException("rows are counted by 1 to 1000 values");
    }
    TextColumn column = TextColumn.of(tables.dictionaries(), field);
    if (column == null) {
      throw RekindleException.invalid("field", "rows are counted by texts of declared fields only");
    }
    return answer(() -> rowScan(filter).countBy(column, limit));
  }

  private RowScan rowScan(Filter filter) {
    CompiledFilter compiled = new FilterCompiler(tables).compile(filter);
    return new RowScan(tables, compiled, CandidateRows.find(tables, filter, settings.gatherMax()));
  }

  /**
   * Answers a question whose answer depends on which rows pass a filter.
   *
   * @param among the only memories that may pass, or null for all
   * @throws RekindleException as {@link #select}
   */
  public <T> T judge(Filter filter, @Nullable Set<MemoryId> among, Function<RowJudge, T> question) {
    return answer(
        () -> {
          CompiledFilter compiled = new FilterCompiler(tables).compile(filter);
          return question.apply(
              new RowJudge(tables, compiled, among, id -> locked(() -> tables.rowOf(id))));
        });
  }

  /** Whether filters on this field can be answered here: columns and declared paths. */
  public boolean answers(Filter.Field field) {
    return switch (field) {
      case Filter.Field.OfColumn _ -> true;
      case Filter.Field.OfMetadata(String path) -> settings.declaredPaths().contains(path);
    };
  }

  public IndexSettings settings() {
    return settings;
  }

  /** Rows present. */
  public int rows() {
    return tables.rowsPresent();
  }

  /** Vectors that count. */
  public int vectors() {
    return tables.vectorsCounting();
  }

  /** Vectors whose row, or whose row's content, has not come yet. */
  public int waitingVectors() {
    return tables.vectorsWaiting();
  }

  /** Changes of rows and vectors that it has seen; only ever more. */
  public long changes() {
    return tables.changes();
  }

  /**
   * Writes what it has of memories with vectors, so that {@link SliceBuild#load} spares reading and
   * opening each vector again: some 450 bytes of each of 384 dimensions. Others may change it
   * meanwhile; every memory is as it was at one moment.
   *
   * @return false when it still keeps floats, of which a snapshot has none: nothing is written
   * @throws RekindleException {@code NOT_READY} when closed
   */
  public boolean writeSnapshot(OutputStream to) throws IOException {
    if (!uses.enter()) {
      throw new RekindleException(ErrorCode.NOT_READY, "the index of this slice is closed");
    }
    try {
      boolean exact = tables.floats().current() != null;
      if (!exact) {
        new SnapshotWriter(settings, tables, writing).write(to);
      }
      return !exact;
    } finally {
      uses.leave();
    }
  }

  /** Bytes taken from the budget. */
  public long bytes() {
    return memory.bytes() + tables.floats().bytes() + tables.codes().bytes();
  }

  /** Refuses what comes, overwrites and frees the memory when nobody is inside. Idempotent. */
  @Override
  public void close() {
    uses.close();
  }

  void endBuild(BuildLedger build) {
    change(
        () -> {
          build.forget();
          ledger = null;
          return true;
        });
  }

  boolean isComplete(BuildLedger build) {
    return locked(build::isComplete);
  }

  /** What searches go by; null when there is nothing. */
  @Nullable CodeBook<?> codes() {
    return tables.codes().current();
  }

  /** For the test that looks for what was erased. */
  List<MemorySegment> segments() {
    List<MemorySegment> all = new ArrayList<>(memory.segments());
    all.addAll(tables.floats().segments());
    all.addAll(tables.codes().segments());
    return all;
  }

  boolean change(BooleanSupplier change) {
    if (!uses.enter()) {
      return false;
    }
    try {
      return locked(() -> changeAndShrink(change));
    } finally {
      tables.codes().closeDropped();
      uses.leave();
    }
  }

  private boolean changeAndShrink(BooleanSupplier change) {
    boolean changed = change.getAsBoolean();
    if (tables.vectorsStored() < settings.codesFrom() / 2) {
      tables.codes().dropAll();
    }
    return changed;
  }

  <T> T answer(Supplier<T> question) {
    if (!uses.enter()) {
      throw new RekindleException(ErrorCode.NOT_READY, "the index of this slice is closed");
    }
    try {
      return question.get();
    } finally {
      uses.leave();
    }
  }

  <T extends @Nullable Object> T locked(Supplier<T> action) {
    writing.lock();
    try {
      return action.get();
    } finally {
      writing.unlock();
    }
  }
}
