package io.rekindle.chaos.traffic;

import io.rekindle.chaos.history.Fingerprint;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * What one write puts in a row: a text with a word of its own, metadata and a vector that belong
 * together.
 */
record Value(String word, String content, String metadata, List<Float> vector) {
  static final int DIMENSIONS = 16;
  private static final int WORDS_MAX = 120;
  private static final List<String> WORDS =
      List.of("tea", "router", "refund", "evening", "channel", "note", "caller", "green", "order");

  /** The same for the same name, and for no other. */
  static Value of(String name) {
    // String.hashCode alone gives neighbours the same numbers.
    Random random = new Random(name.hashCode() * 0x9E3779B97F4A7C15L);
    String word = "w" + name.replace('-', 'x').toLowerCase(Locale.ROOT);
    StringBuilder content = new StringBuilder(word);
    for (int i = random.nextInt(WORDS_MAX); i >= 0; i--) {
      content.append(' ').append(WORDS.get(random.nextInt(WORDS.size())));
    }
    List<Float> vector = new ArrayList<>();
    for (int i = 0; i < DIMENSIONS; i++) {
      vector.add((float) random.nextGaussian());
    }
    return new Value(word, content.toString(), "{\"write\":\"" + name + "\"}", List.copyOf(vector));
  }

  Fingerprint fingerprint() {
    return Fingerprint.of(content, metadata, vector);
  }

  /** Of a state, which has one part. */
  Fingerprint stateFingerprint() {
    return Fingerprint.of(metadata, "", List.of());
  }
}
