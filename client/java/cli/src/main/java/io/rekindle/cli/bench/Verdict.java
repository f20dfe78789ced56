package io.rekindle.cli.bench;

/** Whether a rate of stores can be kept up. */
enum Verdict {
  HOLDS("holds"),
  SLOW("p99 above 100 ms"),
  BEHIND("backlog grows");

  private static final double P99_MILLIS_MAX = 100;

  private final String text;

  Verdict(String text) {
    this.text = text;
  }

  /**
   * Judges a rate: the backlog grows when more than a second of stores wait at the end, and more
   * than at half time.
   */
  static Verdict of(double p99Millis, int atHalf, int atEnd, double perSecond) {
    if (atEnd > perSecond && atEnd > atHalf) {
      return BEHIND;
    }
    return p99Millis > P99_MILLIS_MAX ? SLOW : HOLDS;
  }

  @Override
  public String toString() {
    return text;
  }
}
