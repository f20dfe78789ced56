package io.rekindle.cli.bench.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Recall against latency as SVG: a line for each size, the time on a logarithmic axis. Written by
 * hand, so that the same points give the same bytes.
 */
final class RecallPlot {
  /** What is plotted: searches by the server's own timer, without a filter. */
  private static final String PLOTTED = "search, server's timer";

  /** Okabe and Ito's, which people with colour blindness tell apart. */
  private static final List<String> COLOURS =
      List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000");

  private static final int WIDTH = 760;
  private static final int HEIGHT = 460;
  private static final int LEFT = 70;
  private static final int RIGHT = 30;
  private static final int TOP = 50;
  private static final int BOTTOM = 60;
  private static final int ROW = 18;

  private RecallPlot() {}

  /** A time, at half of the searches, and what was found. */
  record Point(double millis, double recall) {}

  /** The points of one size, by time. */
  record Series(String label, List<Point> points) {}

  /** What there is to plot: by memories, then by what else differs. */
  static List<Series> series(List<SavedRun> runs) {
    Map<SeriesKey, List<Point>> found =
        new TreeMap<>(
            Comparator.comparingLong(SeriesKey::memories).thenComparing(SeriesKey::label));
    for (SavedRun run : runs) {
      for (SavedRun.Line line : run.lines()) {
        Double recall = line.recallAt10();
        if (line.name().startsWith(PLOTTED)
            && recall != null
            && line.p50Millis() > 0
            && !line.operatingPoint().containsKey("filter")) {
          found
              .computeIfAbsent(SeriesKey.of(line.operatingPoint()), _ -> new ArrayList<>())
              .add(new Point(line.p50Millis(), recall));
        }
      }
    }
    return found.entrySet().stream()
        .map(entry -> new Series(entry.getKey().label(), sorted(entry.getValue())))
        .toList();
  }

  private static List<Point> sorted(List<Point> points) {
    return points.stream()
        .sorted(Comparator.comparingDouble(Point::millis).thenComparing(Point::recall))
        .toList();
  }

  private record SeriesKey(long memories, String label) {
    static SeriesKey of(Map<String, String> point) {
      String memories = point.getOrDefault("memories", "0");
      long count = memories.matches("\\d{1,12}") ? Long.parseLong(memories) : 0;
      StringBuilder label = new StringBuilder(String.format(Locale.ROOT, "%,d memories", count));
      append(label, point, "dimensions", " x %s");
      append(label, point, "namespaces", " in %s namespaces");
      append(label, point, "clients", ", %s clients");
      append(label, point, "vectors", ", %s");
      return new SeriesKey(count, label.toString());
    }

    private static void append(
        StringBuilder label, Map<String, String> point, String key, String form) {
      String value = point.get(key);
      if (value != null && !value.equals("1")) {
        label.append(form.formatted(value));
      }
    }
  }

  static String svg(List<Series> series) {
    List<Point> all = series.stream().flatMap(it -> it.points().stream()).toList();
    Axes axes = Axes.around(all);
    StringBuilder svg = new StringBuilder();
    int height = HEIGHT + ROW * series.size();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" \
        font-family="sans-serif" font-size="12">
        <title>Recall against latency, for each size</title>
        <rect width="%1$d" height="%2$d" fill="#ffffff"/>
        <text x="%3$d" y="28" font-size="16">Recall against latency, for each size</text>
        """
            .formatted(WIDTH, height, LEFT));
    grid(svg, axes);
    for (int i = 0; i < series.size(); i++) {
      line(svg, axes, series.get(i), COLOURS.get(i % COLOURS.size()), HEIGHT + ROW * i);
    }
    return svg.append("</svg>\n").toString();
  }

  private static void grid(StringBuilder svg, Axes axes) {
    int floor = HEIGHT - BOTTOM;
    for (double millis : axes.millisTicks()) {
      String x = number(axes.x(millis));
      svg.append(
          """
          <line x1="%1$s" y1="%2$d" x2="%1$s" y2="%3$d" stroke="#dddddd"/>
          <text x="%1$s" y="%4$d" text-anchor="middle">%5$s</text>
          """
              .formatted(x, TOP, floor, floor + 18, tick(millis)));
    }
    for (double recall : axes.recallTicks()) {
      String y = number(axes.y(recall));
      svg.append(
          """
          <line x1="%1$d" y1="%2$s" x2="%3$d" y2="%2$s" stroke="#dddddd"/>
          <text x="%4$d" y="%2$s" dy="4" text-anchor="end">%5$s</text>
          """
              .formatted(LEFT, y, WIDTH - RIGHT, LEFT - 8, tick(recall)));
    }
    svg.append(
        """
        <rect x="%1$d" y="%2$d" width="%3$d" height="%4$d" fill="none" stroke="#333333"/>
        <text x="%5$d" y="%6$d" text-anchor="middle">search and row join, p50, ms (log)</text>
        <text transform="translate(20 %7$d) rotate(-90)" text-anchor="middle">recall@10</text>
        """
            .formatted(
                LEFT,
                TOP,
                WIDTH - LEFT - RIGHT,
                floor - TOP,
                (LEFT + WIDTH - RIGHT) / 2,
                floor + 40,
                (TOP + floor) / 2));
  }

  private static void line(
      StringBuilder svg, Axes axes, Series series, String colour, int legendY) {
    StringBuilder points = new StringBuilder();
    StringBuilder dots = new StringBuilder();
    for (Point point : series.points()) {
      String x = number(axes.x(point.millis()));
      String y = number(axes.y(point.recall()));
      points.append(points.isEmpty() ? "" : " ").append(x).append(',').append(y);
      dots.append(
          "<circle cx=\"%s\" cy=\"%s\" r=\"4\" fill=\"%s\"><title>%s ms, recall %s</title></circle>\n"
              .formatted(x, y, colour, ReportPage.millis(point.millis()), tick(point.recall())));
    }
    svg.append(
            """
            <polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>
            """
                .formatted(points, colour))
        .append(dots)
        .append(
            """
            <rect x="%d" y="%d" width="12" height="12" fill="%s"/>
            <text x="%d" y="%d">%s</text>
            """
                .formatted(
                    LEFT, legendY - 10, colour, LEFT + 20, legendY, escaped(series.label())));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  /** Without zeros that say nothing. */
  private static String tick(double value) {
    String text = String.format(Locale.ROOT, "%.4f", value);
    return text.replaceFirst("\\.?0+$", "");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }

  /** From 1, 2 or 5 times a power of ten to another; recalls from a multiple of 0.05 to 1. */
  record Axes(double millisMin, double millisMax, double recallMin) {
    private static final double[] STEPS = {1, 2, 5};

    static Axes around(List<Point> points) {
      double least = points.stream().mapToDouble(Point::millis).min().orElse(1);
      double most = points.stream().mapToDouble(Point::millis).max().orElse(10);
      double low = points.stream().mapToDouble(Point::recall).min().orElse(0.9);
      double from = ticks(least / 10, least).getLast();
      double to = ticks(most * 1.0001, most * 10).getFirst();
      return new Axes(from, to, Math.max(0, Math.floor((low - 0.005) * 20) / 20));
    }

    List<Double> millisTicks() {
      return ticks(millisMin, millisMax);
    }

    /** All 1, 2 and 5 times powers of ten within two times, inclusive. */
    private static List<Double> ticks(double from, double to) {
      List<Double> ticks = new ArrayList<>();
      for (int power = (int) Math.floor(Math.log10(from)); power <= Math.log10(to); power++) {
        for (double step : STEPS) {
          double tick = power < 0 ? step / Math.pow(10, -power) : step * Math.pow(10, power);
          if (tick >= from * 0.999999 && tick <= to * 1.000001) {
            ticks.add(tick);
          }
        }
      }
      return ticks;
    }

    List<Double> recallTicks() {
      int parts = (int) Math.round((1 - recallMin) * 20);
      int each = 1 + (parts - 1) / 10;
      List<Double> ticks = new ArrayList<>();
      for (int i = parts; i >= 0; i -= each) {
        ticks.add(recallMin + i / 20.0);
      }
      return ticks;
    }

    double x(double millis) {
      double part = Math.log(millis / millisMin) / Math.log(millisMax / millisMin);
      return LEFT + part * (WIDTH - LEFT - RIGHT);
    }

    double y(double recall) {
      double part = (1 - recall) / (1 - recallMin);
      return TOP + part * (HEIGHT - BOTTOM - TOP);
    }
  }
}
