package io.rekindle.cli.bench.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Seconds as SVG: above, how many operations were answered in each; below, on a logarithmic axis,
 * the 99th percentile of those that were due in it; across both, what happened. Not thread-safe.
 */
public final class TimelinePlot {
  private static final int WIDTH = 760;
  private static final int LEFT = 70;
  private static final int RIGHT = 30;
  private static final int TOP = 70;
  private static final int PANEL = 170;
  private static final int GAP = 40;
  private static final int SECONDS_A_TICK = 10;
  private static final double MILLIS_MIN = 1;
  private static final double DECADES = 5;
  private static final String STORES = "#0072b2";
  private static final String SEARCHES = "#d55e00";

  private final String title;
  private final int seconds;
  private final List<Answered> answered = new ArrayList<>();
  private final List<Due> due = new ArrayList<>();
  private final List<Mark> marks = new ArrayList<>();

  private record Answered(boolean store, int second, long count) {}

  private record Due(boolean store, int second, double p99Millis) {}

  private record Mark(String name, double second) {}

  public TimelinePlot(String title, int seconds) {
    this.title = title;
    this.seconds = Math.max(1, seconds);
  }

  /** How many operations of a kind were answered in a second. */
  public void answered(boolean store, int second, long count) {
    answered.add(new Answered(store, second, count));
  }

  /** The 99th percentile of the operations of a kind that were due in a second, and were done. */
  public void due(boolean store, int second, double p99Millis) {
    due.add(new Due(store, second, p99Millis));
  }

  /** Something that happened then. */
  public void mark(String name, double second) {
    marks.add(new Mark(name, second));
  }

  /** Writes the file, and the folders above it. */
  public void write(Path file) {
    try {
      if (file.getParent() != null) {
        Files.createDirectories(file.getParent());
      }
      Files.writeString(file, svg());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String svg() {
    int height = TOP + 2 * PANEL + GAP + 60;
    StringBuilder svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" \
        font-family="sans-serif" font-size="12">
        <title>%4$s</title>
        <rect width="%1$d" height="%2$d" fill="#ffffff"/>
        <text x="%3$d" y="24" font-size="16">%4$s</text>
        <text x="%3$d" y="44" fill="%5$s">stores</text>
        <text x="%6$d" y="44" fill="%7$s">searches</text>
        """
            .formatted(WIDTH, height, LEFT, title, STORES, LEFT + 60, SEARCHES));
    long most = Math.max(1, answered.stream().mapToLong(Answered::count).max().orElse(1));
    frame(svg, TOP, "answered a second");
    frame(svg, TOP + PANEL + GAP, "p99, ms (log)");
    text(svg, LEFT - 8, TOP + 4.0, "end", Long.toString(most));
    for (int decade = 0; decade <= DECADES; decade++) {
      double millis = MILLIS_MIN * Math.pow(10, decade);
      text(svg, LEFT - 8, latency(millis) + 4, "end", "%.0f".formatted(millis));
    }
    for (int second = 0; second <= seconds; second += SECONDS_A_TICK) {
      text(svg, x(second), height - 40.0, "middle", Integer.toString(second));
    }
    text(svg, (LEFT + WIDTH - RIGHT) / 2.0, height - 15.0, "middle", "seconds");
    for (Mark mark : marks) {
      mark(svg, mark);
    }
    for (boolean store : List.of(true, false)) {
      line(svg, store, most);
      dots(svg, store);
    }
    return svg.append("</svg>\n").toString();
  }

  private static void frame(StringBuilder svg, int top, String label) {
    svg.append(
        """
        <rect x="%1$d" y="%2$d" width="%3$d" height="%4$d" fill="none" stroke="#333333"/>
        <text transform="translate(20 %5$d) rotate(-90)" text-anchor="middle">%6$s</text>
        """
            .formatted(LEFT, top, WIDTH - LEFT - RIGHT, PANEL, top + PANEL / 2, label));
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    svg.append(
        "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>\n"
            .formatted(number(x), number(y), anchor, text));
  }

  private void mark(StringBuilder svg, Mark mark) {
    String x = number(x(mark.second()));
    svg.append(
        """
        <line x1="%1$s" y1="%2$d" x2="%1$s" y2="%3$d" stroke="#999999" stroke-dasharray="4 3"/>
        <text transform="translate(%1$s %4$d) rotate(-90)" dy="-3" font-size="10">%5$s</text>
        """
            .formatted(x, TOP, TOP + 2 * PANEL + GAP, TOP + PANEL - 6, mark.name()));
  }

  private void line(StringBuilder svg, boolean store, long most) {
    StringBuilder line = new StringBuilder();
    for (Answered each : answered) {
      if (each.store() == store) {
        double y = TOP + PANEL - (double) each.count() / most * PANEL;
        line.append(number(x(each.second() + 0.5))).append(',').append(number(y)).append(' ');
      }
    }
    svg.append(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\"/>\n"
            .formatted(line.toString().strip(), colour(store)));
  }

  private void dots(StringBuilder svg, boolean store) {
    for (Due each : due) {
      if (each.store() == store) {
        svg.append(
            "<circle cx=\"%s\" cy=\"%s\" r=\"2.5\" fill=\"%s\"/>\n"
                .formatted(
                    number(x(each.second() + 0.5)),
                    number(latency(each.p99Millis())),
                    colour(store)));
      }
    }
  }

  private static String colour(boolean store) {
    return store ? STORES : SEARCHES;
  }

  private double x(double second) {
    return LEFT + second / seconds * (WIDTH - LEFT - RIGHT);
  }

  private static double latency(double millis) {
    double decades = Math.log10(Math.max(MILLIS_MIN, millis) / MILLIS_MIN);
    return TOP + 2 * PANEL + GAP - Math.min(DECADES, decades) / DECADES * PANEL;
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
