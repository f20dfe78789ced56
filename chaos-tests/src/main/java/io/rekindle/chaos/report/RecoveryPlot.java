package io.rekindle.chaos.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * When faults struck, and how long it took to recover, as SVG: a dot for each fault. Written by
 * hand, so that the same run gives the same bytes.
 */
final class RecoveryPlot {
  /** Okabe and Ito's, which people with colour blindness tell apart. */
  private static final List<String> COLOURS =
      List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000");

  private static final int WIDTH = 760;
  private static final int HEIGHT = 400;
  private static final int LEFT = 70;
  private static final int RIGHT = 30;
  private static final int TOP = 50;
  private static final int BOTTOM = 60;
  private static final int ROW = 18;
  private static final int TICKS = 5;
  private static final int SECONDS_A_MINUTE = 60;

  private RecoveryPlot() {}

  static String svg(List<Recovery> recoveries) {
    List<String> names = recoveries.stream().map(Recovery::fault).distinct().sorted().toList();
    double minutes = ceiling(most(recoveries.stream().map(it -> minutes(it)).toList()));
    double seconds = ceiling(most(recoveries.stream().map(Recovery::recoverySeconds).toList()));
    StringBuilder svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" \
        font-family="sans-serif" font-size="12">
        <title>Time to the first acknowledged write after a fault</title>
        <rect width="%1$d" height="%2$d" fill="#ffffff"/>
        <text x="%3$d" y="28" font-size="16">Time to the first acknowledged write after a fault</text>
        """
            .formatted(WIDTH, HEIGHT + ROW * names.size(), LEFT));
    grid(svg, minutes, seconds);
    for (Recovery it : recoveries) {
      svg.append(
          "<circle cx=\"%s\" cy=\"%s\" r=\"4\" fill=\"%s\"><title>%s: %s s</title></circle>\n"
              .formatted(
                  number(x(minutes(it), minutes)),
                  number(y(it.recoverySeconds(), seconds)),
                  COLOURS.get(names.indexOf(it.fault()) % COLOURS.size()),
                  it.fault(),
                  number(it.recoverySeconds())));
    }
    for (int i = 0; i < names.size(); i++) {
      int row = HEIGHT + ROW * i;
      svg.append(
          """
          <rect x="%d" y="%d" width="12" height="12" fill="%s"/>
          <text x="%d" y="%d">%s</text>
          """
              .formatted(
                  LEFT, row - 10, COLOURS.get(i % COLOURS.size()), LEFT + 20, row, names.get(i)));
    }
    return svg.append("</svg>\n").toString();
  }

  private static void grid(StringBuilder svg, double minutes, double seconds) {
    int floor = HEIGHT - BOTTOM;
    for (int i = 0; i <= TICKS; i++) {
      String x = number(x(minutes * i / TICKS, minutes));
      String y = number(y(seconds * i / TICKS, seconds));
      svg.append(
          """
          <line x1="%1$s" y1="%2$d" x2="%1$s" y2="%3$d" stroke="#dddddd"/>
          <text x="%1$s" y="%4$d" text-anchor="middle">%5$s</text>
          <line x1="%6$d" y1="%7$s" x2="%8$d" y2="%7$s" stroke="#dddddd"/>
          <text x="%9$d" y="%7$s" dy="4" text-anchor="end">%10$s</text>
          """
              .formatted(
                  x,
                  TOP,
                  floor,
                  floor + 18,
                  number(minutes * i / TICKS),
                  LEFT,
                  y,
                  WIDTH - RIGHT,
                  LEFT - 8,
                  number(seconds * i / TICKS)));
    }
    svg.append(
        """
        <rect x="%1$d" y="%2$d" width="%3$d" height="%4$d" fill="none" stroke="#333333"/>
        <text x="%5$d" y="%6$d" text-anchor="middle">when the fault struck, minutes</text>
        <text transform="translate(20 %7$d) rotate(-90)" text-anchor="middle">recovery, s</text>
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

  private static double minutes(Recovery it) {
    return it.atSeconds() / SECONDS_A_MINUTE;
  }

  private static double most(List<Double> values) {
    return values.stream().collect(Collectors.summarizingDouble(it -> it)).getMax();
  }

  /** The next number up that a fifth of is easy to read; of none and of zero, 1. */
  private static double ceiling(double most) {
    double step = TICKS;
    while (step / 10 >= most && step > 1) {
      step /= 10;
    }
    return Math.max(1, Math.ceil(most / step) * step);
  }

  private static double x(double minutes, double most) {
    return LEFT + minutes / most * (WIDTH - LEFT - RIGHT);
  }

  private static double y(double seconds, double most) {
    return HEIGHT - BOTTOM - seconds / most * (HEIGHT - BOTTOM - TOP);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
