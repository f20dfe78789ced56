package io.rekindle.node.embedding;

import java.nio.FloatBuffer;

/** How the last hidden states of a text's tokens become one vector; a model is trained for one. */
enum Pooling {
  /** The state of the first token, {@code [CLS]}. */
  CLS {
    @Override
    float[] pool(FloatBuffer states, int tokens, int dimensions) {
      float[] vector = new float[dimensions];
      states.get(0, vector);
      return vector;
    }
  },

  /**
   * The mean over the attention mask, special tokens included (Reimers and Gurevych,
   * "Sentence-BERT", 2019). A text is never padded here, so the mask is all of its tokens.
   */
  MEAN {
    @Override
    float[] pool(FloatBuffer states, int tokens, int dimensions) {
      float[] vector = new float[dimensions];
      for (int token = 0; token < tokens; token++) {
        for (int i = 0; i < dimensions; i++) {
          vector[i] += states.get(token * dimensions + i);
        }
      }
      for (int i = 0; i < dimensions; i++) {
        vector[i] /= tokens;
      }
      return vector;
    }
  };

  /**
   * The vector of a text, not of unit length yet.
   *
   * @param states row by row, one of {@code dimensions} floats for each of {@code tokens}
   */
  abstract float[] pool(FloatBuffer states, int tokens, int dimensions);
}
