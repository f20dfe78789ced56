package io.rekindle.node.model;

/** What decides the order of a search. */
public enum SearchMode {
  MEANING,
  WORDS,
  HYBRID;

  public boolean usesMeaning() {
    return this != WORDS;
  }

  public boolean usesWords() {
    return this != MEANING;
  }
}
