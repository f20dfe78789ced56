package io.rekindle.cli.bench.data;

import java.util.List;

/** Exact answers within one small namespace, made when they are wanted. */
public final class NamespaceTruth {
  private NamespaceTruth() {}

  /**
   * Whether an answer is the exact one, in any order; of equally near memories any counts.
   *
   * @param ordinal of the namespace that was asked
   * @param query its number
   */
  public static boolean isExact(
      DataSet data, int ordinal, int query, int topK, List<Integer> found) {
    float[] asked = data.source().query(query);
    int first = data.first(ordinal);
    int end = data.first(ordinal + 1);
    Best best = new Best(topK);
    for (int number = first; number < end; number++) {
      best.offer(number, UnitVectors.dot(asked, data.source().memory(number)));
    }
    if (found.size() != best.size() || found.stream().distinct().count() != found.size()) {
      return false;
    }
    return found.stream()
        .allMatch(
            number ->
                number >= first
                    && number < end
                    && UnitVectors.dot(asked, data.source().memory(number))
                        >= best.worst() - GroundTruth.TIE);
  }
}
