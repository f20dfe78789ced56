package io.rekindle.cli.bench;

import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Refuses options out of their range as wrong usage, by their name. */
final class Limits {
  private Limits() {}

  static void check(CommandSpec spec, String option, long value, long min, long max) {
    if (value < min || value > max) {
      throw refusal(
          spec, String.format(Locale.ROOT, "%s is %,d to %,d, not %,d", option, min, max, value));
    }
  }

  /** Inclusive at both ends; not a number is out of range. */
  static void check(CommandSpec spec, String option, double value, double min, double max) {
    if (!(value >= min && value <= max)) {
      throw refusal(spec, "%s is %s to %s, not %s".formatted(option, min, max, value));
    }
  }

  static ParameterException refusal(CommandSpec spec, String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }
}
