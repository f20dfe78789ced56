package io.rekindle.node.embedding;

/**
 * A text as its model reads it. The arrays are parallel; positions are UTF-16 code units of the
 * text.
 *
 * @param ids in the model's vocabulary
 * @param words which word a token is of; tokens of one word are neighbours
 * @param starts where in the text a token begins
 */
record Tokens(long[] ids, long[] words, int[] starts) {
  int count() {
    return ids.length;
  }

  /** Whether the text can be cut before this token without cutting a word. */
  boolean startsWord(int token) {
    return token == 0 || words[token] < 0 || words[token] != words[token - 1];
  }
}
