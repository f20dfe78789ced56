package io.rekindle.node.index;

import io.rekindle.node.model.Distance;
import java.util.Random;

/** Vectors for the tests of this room, and the slow reference of their scores. */
final class Vectors {
  private Vectors() {}

  /** A point near one of 20 centres, as sentence embeddings lie. */
  static float[] clustered(Random random, int dimensions) {
    Random centre = new Random(random.nextInt(20));
    float[] vector = new float[dimensions];
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) (centre.nextGaussian() + 0.3 * random.nextGaussian());
    }
    return vector;
  }

  /** The score by its definition. */
  static double score(Distance distance, float[] query, float[] vector) {
    double dot = 0;
    double querySquares = 0;
    double vectorSquares = 0;
    double distanceSquares = 0;
    for (int i = 0; i < query.length; i++) {
      dot += (double) query[i] * vector[i];
      querySquares += (double) query[i] * query[i];
      vectorSquares += (double) vector[i] * vector[i];
      distanceSquares += ((double) query[i] - vector[i]) * ((double) query[i] - vector[i]);
    }
    double norms = Math.sqrt(querySquares) * Math.sqrt(vectorSquares);
    return switch (distance) {
      case COSINE -> norms == 0 ? 0 : dot / norms;
      case DOT -> dot;
      case L2 -> -Math.sqrt(distanceSquares);
    };
  }
}
