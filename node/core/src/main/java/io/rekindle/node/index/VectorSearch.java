package io.rekindle.node.index;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.index.scan.Scorer;
import io.rekindle.node.model.SearchPath;
import java.util.BitSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One question for the nearest memories: decides how it is answered, and begins again, without
 * floats, in the one moment of an index's life when these are withdrawn under it. One thread.
 */
final class VectorSearch {
  /**
   * The most contenders that are rescored, each by one read of its exact vector. Only vectors that
   * are as good as equal are more, and there is no order among these.
   */
  static final int RESCORED_MAX = 1 << 14;

  /** Of a search among given memories, which are bounded already. */
  private static final int ALL = 1 << 28;

  /**
   * Where some may be missed, a contender is whoever can be among the best with so many deviations
   * of the error of its score. What rounding takes from a vector points anywhere, so that of its
   * length, the margin, an n-th part of the square is along the query.
   */
  private static final double DEVIATIONS = 4;

  // Vectors and codes that are scanned while one vector is gathered; see docs/benchmarks.md.
  private static final double SCANNED_FOR_ONE_GATHERED = 4;
  private static final double CODES_FOR_ONE_GATHERED = 10;

  private final IndexSettings settings;
  private final SliceTables tables;
  private final ExactVectors exact;
  private final Query query;

  /**
   * What is looked for.
   *
   * @param vector of the index's dimensions, finite
   * @param topK 1 to 1,000
   * @param minScore lowest score returned, or NaN
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Query(float[] vector, int topK, float minScore, Filter filter) {}

  VectorSearch(IndexSettings settings, SliceTables tables, ExactVectors exact, Query query) {
    this.settings = settings;
    this.tables = tables;
    this.exact = exact;
    this.query = query;
  }

  /** By a look at every vector that passes, or at those alone. */
  IndexAnswer exactly() {
    int most = gatheredMax(tables.rowsPresent() / SCANNED_FOR_ONE_GATHERED);
    BitSet rows = candidates(most);
    return rows != null && rows.cardinality() <= most ? gathered(rows) : scanned();
  }

  /** Among vectors that the caller shows to the search. */
  IndexAnswer among(Predicate<VectorScan> shown) {
    return run(SearchPath.GATHERED, new Scores(ALL, 1, true), shown);
  }

  /**
   * By the codes of a book, where the filter is not so selective that gathering is faster. Where
   * what passes lies so far from the query that it would have been, it is gathered after all.
   */
  IndexAnswer byCodes(CodeBook<?> book, Recall recall, RecentQueries recent) {
    double fewer = tables.rowsPresent() / CODES_FOR_ONE_GATHERED;
    int most = gatheredMax(Math.min(fewer, settings.gatherMax() / chunks()));
    BitSet rows = candidates(most);
    double codesMax = codesFor(rows, most);
    if (rows != null && codesMax <= looksAt(book, recall, rows)) {
      return gathered(rows);
    }
    recent.add(query.vector());
    // What the order of int8 vectors misses is not left to the codes to miss.
    Recall left = recall.after(tables.floats().orderLoss());
    return left == null || tables.floats().current() != null
        ? run(
            book.path(),
            new Scores(RESCORED_MAX, probable(), false),
            scan -> byCodes(book, recall, rows, codesMax, scan))
        : run(book.path(), null, scan -> byCodes(book, left, rows, codesMax, scan));
  }

  /** How many codes are as much work as these rows gathered; infinitely many where they are not. */
  private double codesFor(@Nullable BitSet rows, int most) {
    return rows == null || rows.cardinality() > most
        ? Double.POSITIVE_INFINITY
        : rows.cardinality() * chunks() * CODES_FOR_ONE_GATHERED;
  }

  /** How many codes, for as many memories as only some rows have, about. */
  private double looksAt(CodeBook<?> book, Recall recall, BitSet rows) {
    double others = (double) tables.rowsPresent() / Math.max(1, rows.cardinality());
    return book.looksAt(
        tables.vectorsCounting(), recall, query.topK() * chunks() * Math.max(1, others));
  }

  private boolean byCodes(
      CodeBook<?> book, Recall recall, @Nullable BitSet rows, double codesMax, VectorScan scan) {
    if (!book.enter()) {
      scan.all(); // Closed by now, it is as if it had been asked for after that.
      return true;
    }
    try {
      double chunks = chunks();
      CodeScan codes =
          new CodeScan(
              tables,
              compiled(),
              rows,
              scan,
              book.runs(query.vector(), recall),
              Recall.candidates(query.topK(), chunks),
              codesMax);
      boolean all = codes.run((int) Math.ceil(query.topK() * Math.max(1, chunks)));
      if (rows == null || !codes.hasGivenUp()) {
        return all;
      }
      new RowGather(tables, scan).these(rows);
      return true;
    } finally {
      book.leave();
    }
  }

  private IndexAnswer scanned() {
    return run(
        SearchPath.EXACT,
        Scores.EXACT,
        scan -> {
          scan.all();
          return true;
        });
  }

  private IndexAnswer gathered(BitSet rows) {
    return run(
        SearchPath.GATHERED,
        Scores.EXACT,
        scan -> {
          new RowGather(tables, scan).these(rows);
          return true;
        });
  }

  /** How many rows are gathered at most; from {@code scanned} on a scan is faster. */
  private int gatheredMax(double scanned) {
    return settings.gatherMax() == 0 ? 0 : (int) scanned;
  }

  /**
   * Rows that may pass the filter, or null when nothing narrows them.
   *
   * @param enough so few need not be narrowed further
   */
  private @Nullable BitSet candidates(int enough) {
    return CandidateRows.find(tables, query.filter(), enough);
  }

  private double chunks() {
    return (double) tables.vectorsCounting() / Math.max(1, tables.rowsPresent());
  }

  private CompiledFilter compiled() {
    return new FilterCompiler(tables).compile(query.filter());
  }

  private float probable() {
    return (float) Math.min(1, DEVIATIONS / Math.sqrt(settings.dimensions()));
  }

  /**
   * How the best are told apart where floats are not kept.
   *
   * @param contendersMax how many vectors are rescored at most
   * @param marginPart which part of their margins makes vectors contenders
   * @param exact whether their scores are exact; else only of those that are hard to tell apart
   */
  private record Scores(int contendersMax, float marginPart, boolean exact) {
    static final Scores EXACT = new Scores(RESCORED_MAX, 1, true);
  }

  /**
   * Runs a search.
   *
   * @param path that it takes
   * @param scores how the best are told apart; null where the order of int8 is good enough
   * @param judging shows vectors to the scan; whether it was all that pass
   */
  private IndexAnswer run(SearchPath path, @Nullable Scores scores, Predicate<VectorScan> judging) {
    Scorer scorer = new Scorer(settings.distance(), query.vector());
    while (true) {
      CompiledFilter filter = compiled();
      TopMemories top = new TopMemories(query.topK(), query.minScore());
      Candidates contenders = scores == null ? null : new Candidates(scores.contendersMax());
      float part = scores == null ? 1 : scores.marginPart();
      boolean exactly = scores != null && scores.exact();
      boolean whole;
      try (VectorScan scan = new VectorScan(tables, scorer, filter, top, contenders, part)) {
        whole = judging.test(scan);
        if (scan.isOutdated()) {
          continue;
        }
        if (scan.scoresExactly() || contenders == null) {
          return new IndexAnswer(top.hits(), whole && scan.scoresExactly(), path);
        }
        whole &= exactly && !contenders.hasLetGo();
      }
      TopMemories best = new TopMemories(query.topK(), query.minScore());
      Rescoring rescoring = new Rescoring(tables, exact, scorer, filter);
      if (exactly) {
        rescoring.run(contenders, best);
      } else {
        rescoring.settle(contenders, query.topK(), part, best);
      }
      return new IndexAnswer(best.hits(), whole, path);
    }
  }
}
