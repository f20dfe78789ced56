package io.rekindle.cli.bench.data;

import java.util.List;

/**
 * A filter that passes a share of all memories, chosen at random by their numbers: a tag for the
 * usual shares, which the index finds by its set of rows; else the importance, which it compares.
 *
 * @param share above 0 and at most 1, where 1 is no filter
 */
public record Share(double share) {
  /** Those that have a tag of their own. */
  public static final List<Double> TAGGED = List.of(0.5, 0.1, 0.01, 0.001);

  private static final long IMPORTANCE = 3;
  private static final long TAGS = 16;

  /** No filter. */
  public static final Share ALL = new Share(1);

  /** Refuses what is no share. */
  public Share {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "a filter passes a share above 0 and at most 1, not " + share);
    }
  }

  /** In the filter language; empty for no filter. */
  public String filter() {
    if (share == 1) {
      return "";
    }
    return TAGGED.contains(share) ? "tags:\"" + tag(share) + "\"" : "importance < " + share;
  }

  /** Whether a memory passes. */
  public boolean passes(int number) {
    if (share == 1) {
      return true;
    }
    int tagged = TAGGED.indexOf(share);
    return tagged < 0
        ? importance(number) < share
        : Hashes.unit(TAGS + tagged, number) < (float) share;
  }

  static List<String> tags(int number) {
    return TAGGED.stream()
        .filter(share -> new Share(share).passes(number))
        .map(Share::tag)
        .toList();
  }

  static float importance(int number) {
    return Hashes.unit(IMPORTANCE, number);
  }

  private static String tag(double share) {
    return "share-" + share;
  }
}
