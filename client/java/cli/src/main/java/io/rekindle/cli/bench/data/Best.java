package io.rekindle.cli.bench.data;

import java.util.Arrays;

/** The best few of many: highest score first, of equal scores the lower number. Not thread-safe. */
final class Best {
  private final float[] scores;
  private final int[] numbers;
  private int size;

  Best(int max) {
    scores = new float[max];
    numbers = new int[max];
  }

  void offer(int number, float score) {
    if (size == scores.length && !isBetter(score, number, size - 1)) {
      return;
    }
    int at = size < scores.length ? size++ : size - 1;
    while (at > 0 && isBetter(score, number, at - 1)) {
      scores[at] = scores[at - 1];
      numbers[at] = numbers[at - 1];
      at--;
    }
    scores[at] = score;
    numbers[at] = number;
  }

  void offerAll(Best other) {
    for (int i = 0; i < other.size; i++) {
      offer(other.numbers[i], other.scores[i]);
    }
  }

  private boolean isBetter(float score, int number, int than) {
    return score > scores[than] || (score == scores[than] && number < numbers[than]);
  }

  int size() {
    return size;
  }

  /** Of the last one. */
  float worst() {
    return scores[size - 1];
  }

  int[] numbers() {
    return Arrays.copyOf(numbers, size);
  }
}
