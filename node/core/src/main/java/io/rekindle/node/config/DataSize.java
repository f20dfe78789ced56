package io.rekindle.node.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A number of bytes, written {@code 512B}, {@code 64KiB}, {@code 256MiB} or {@code 2GiB}. */
public record DataSize(long bytes) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,15})(B|KiB|MiB|GiB)");

  public static DataSize parse(String text) {
    Matcher matcher = FORM.matcher(text.trim());
    if (!matcher.matches()) {
      throw new IllegalArgumentException("a size is a number with B, KiB, MiB or GiB: " + text);
    }
    int shift =
        switch (matcher.group(2)) {
          case "KiB" -> 10;
          case "MiB" -> 20;
          case "GiB" -> 30;
          default -> 0;
        };
    return new DataSize(Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift));
  }

  public static DataSize ofMebibytes(long mebibytes) {
    return new DataSize(mebibytes << 20);
  }

  @Override
  public String toString() {
    for (int shift = 30; shift > 0; shift -= 10) {
      if (bytes != 0 && bytes % (1L << shift) == 0) {
        return (bytes >> shift) + (shift == 30 ? "GiB" : shift == 20 ? "MiB" : "KiB");
      }
    }
    return bytes + "B";
  }
}
