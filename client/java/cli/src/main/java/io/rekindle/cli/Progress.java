package io.rekindle.cli;

import java.io.Console;
import java.io.PrintStream;
import java.util.Optional;

/** A bar on the terminal for work that takes long; silent where nobody looks. Thread-safe. */
public final class Progress implements AutoCloseable {
  private static final int WIDTH = 30;
  private static final long REDRAW_NANOS = 100_000_000;

  private final PrintStream terminal;
  private final boolean shown;
  private final String label;
  private final long total;
  private long done;
  private long drawnAt = System.nanoTime() - REDRAW_NANOS;

  /**
   * Starts a bar on the error stream.
   *
   * @param total 0 when nobody knows
   */
  public Progress(String label, long total, boolean wanted) {
    this.terminal = System.err;
    this.shown =
        wanted && Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    this.label = label;
    this.total = total;
  }

  /** Says how much is done. */
  public synchronized void advanceTo(long newDone) {
    done = newDone;
    long now = System.nanoTime();
    if (shown && now - drawnAt >= REDRAW_NANOS) {
      drawnAt = now;
      draw();
    }
  }

  private void draw() {
    if (total <= 0) {
      terminal.printf("\r%s %,d", label, done);
    } else {
      int filled = (int) Math.min(WIDTH, WIDTH * done / total);
      String bar = "#".repeat(filled) + ".".repeat(WIDTH - filled);
      terminal.printf("\r%s [%s] %3d %%", label, bar, Math.min(100, 100 * done / total));
    }
    terminal.flush();
  }

  /** Clears the line. */
  @Override
  public synchronized void close() {
    if (shown) {
      terminal.print("\r" + " ".repeat(label.length() + WIDTH + 12) + "\r");
      terminal.flush();
    }
  }
}
