package io.rekindle.node.index;

import java.util.Arrays;

/**
 * Through how many lists a search looks to find as much as it asks for: measured, as nothing in the
 * data tells. Some queries are answered exactly; for each of their nearest vectors it is known how
 * many lists have to be looked through, in the query's own order, until one that holds it.
 * Immutable and thread-safe.
 */
final class Probes {
  /** How many of the nearest vectors are looked at together. */
  private static final int[] DEPTHS = {10, 30, 100, 300, 1_000};

  /**
   * Of what a search may miss, this part is for lists that it does not look through, the rest for
   * codes that mislead: a few lists more cost hardly any time, and what some queries needed is less
   * than what others will.
   */
  private static final double PART = 0.1;

  /**
   * Stored vectors lie closer to each other than queries lie to them: what they miss is hardly half
   * of what queries do, and where a few of them miss nothing, queries still do (decision 0006).
   */
  private static final double PART_OF_STORED = 0.05;

  private static final int LISTS_FOR_ONE_OF_STORED = 2;

  private final int lists;

  // By depth: how many lists each neighbour within it needed, ascending.
  private final int[][] needed;
  private final double part;
  private final int factor;

  private Probes(int lists, int[][] needed, double part, int factor) {
    this.lists = lists;
    this.part = part;
    this.factor = factor;
    this.needed = needed;
  }

  /** Before anything was measured. */
  static Probes all(int lists) {
    return new Probes(lists, new int[DEPTHS.length][0], 1, 1);
  }

  /** The most neighbours of a query that are of use. */
  static int depthMax() {
    return DEPTHS[DEPTHS.length - 1];
  }

  /**
   * Measured by queries.
   *
   * @param ranks by query, nearest neighbour first: the number of lists that each needed
   */
  static Probes byQueries(int lists, int[][] ranks) {
    return of(lists, ranks, PART, 1);
  }

  /** As above, by stored vectors as queries. */
  static Probes byStored(int lists, int[][] ranks) {
    return of(lists, ranks, PART_OF_STORED, LISTS_FOR_ONE_OF_STORED);
  }

  private static Probes of(int lists, int[][] ranks, double part, int factor) {
    int[][] needed = new int[DEPTHS.length][];
    for (int i = 0; i < DEPTHS.length; i++) {
      int depth = DEPTHS[i];
      needed[i] =
          Arrays.stream(ranks)
              .flatMapToInt(query -> Arrays.stream(query).limit(depth))
              .sorted()
              .toArray();
    }
    return new Probes(lists, needed, part, factor);
  }

  /**
   * How many lists hold a part of the nearest vectors.
   *
   * @param target what part, above 0 to 1
   * @param depth of how many nearest ones
   */
  int lists(double target, double depth) {
    int row = 0;
    while (row < DEPTHS.length - 1 && DEPTHS[row] < depth) {
      row++;
    }
    double found = 1 - (1 - target) * part;
    int most = 0;
    for (int i = 0; i <= row; i++) {
      most = Math.max(most, quantile(needed[i], found));
    }
    double further = Math.max(1, depth / DEPTHS[row]);
    return (int) Math.min(lists, Math.ceil(factor * most * Math.sqrt(further)));
  }

  private int quantile(int[] ascending, double part) {
    int at = (int) Math.ceil(ascending.length * part) - 1;
    return ascending.length == 0 ? lists : ascending[Math.clamp(at, 0, ascending.length - 1)];
  }
}
