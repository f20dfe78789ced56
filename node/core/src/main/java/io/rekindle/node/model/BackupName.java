package io.rekindle.node.model;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The name of a backup, and of its folder: 1 to 64 of {@code a} to {@code z}, digits and
 * underscores, beginning with a letter or digit.
 */
public record BackupName(String text) implements Comparable<BackupName> {
  private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9_]{0,63}");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd_HHmmss").withZone(ZoneOffset.UTC);

  public BackupName {
    if (!isOne(text)) {
      throw new RekindleException(
          ErrorCode.INVALID_ARGUMENT,
          "the name of a backup is 1 to 64 of a-z, 0-9 and _, and does not begin with _",
          Map.of("field", "name"));
    }
  }

  /**
   * Reads a name.
   *
   * @throws RekindleException INVALID_ARGUMENT for anything else
   */
  public static BackupName of(String text) {
    return new BackupName(text);
  }

  /** Whether a text, such as the name of a folder, has the form. */
  public static boolean isOne(String text) {
    return FORM.matcher(text).matches();
  }

  /** Such as {@code 20261126_184000}, in UTC. */
  public static BackupName at(Instant time) {
    return new BackupName(TIME.format(time));
  }

  @Override
  public int compareTo(BackupName other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
