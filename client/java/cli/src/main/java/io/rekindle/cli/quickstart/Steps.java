package io.rekindle.cli.quickstart;

import java.io.PrintWriter;

/** Numbered lines of the tour. */
final class Steps {
  static final int COUNT = 10;

  private final PrintWriter out;
  private int number;

  Steps(PrintWriter out) {
    this.out = out;
  }

  void step(String text) {
    number++;
    out.printf("%n%2d/%d  %s%n", number, COUNT, text);
    out.flush();
  }

  void line(String text) {
    out.println("       " + text);
    out.flush();
  }
}
