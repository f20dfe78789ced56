package io.rekindle.node.index;

/** Codes that lie side by side, run by run: what one search looks through. One thread. */
interface CodeRuns {
  /**
   * How many runs hold as many of the nearest vectors as the search's recall asks for.
   *
   * @param depth how many of the nearest the search is about; more, where a filter leaves most out
   */
  int wanted(double depth);

  /** Whether runs come in the order of their promise, and a vector may be in two of them. */
  boolean nearestFirst();

  /** Goes to the next run; false when there is none. */
  boolean next();

  /** Lets go of the run, which is to be called at the end, too. */
  void done();

  /** Goes before the first one. */
  void rewind();

  /** Slots of this run. */
  int size();

  /**
   * The bounds of some slots of this run.
   *
   * @param from a multiple of eight
   * @param estimates takes {@code count} and up to seven more, from 0 on
   */
  void estimate(int from, int count, float[] estimates);

  /** Whose code a slot of this run holds, or -1. */
  int ordinal(int slot);

  /**
   * What a bound has to reach for its vector to have this score or more.
   *
   * @param score the cosine, the inner product or minus the Euclidean distance
   */
  float level(float score);
}
