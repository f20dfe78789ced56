package io.rekindle.node.kms.gcp;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a key.
 *
 * @param text {@code projects/P/locations/L/keyRings/R/cryptoKeys/K}
 * @param project {@code P}: an id, or a number
 * @param rest what follows the project
 */
record KeyName(String text, String project, String rest) {
  private static final String ID = "[A-Za-z0-9_-]{1,63}";

  /** Ids of projects may have a domain before them, as in {@code example.com:name}. */
  private static final String KEY =
      "projects/([a-z0-9][a-z0-9.:-]{0,127})(/locations/"
          + ID
          + "/keyRings/"
          + ID
          + "/cryptoKeys/"
          + ID
          + ")";

  private static final Pattern NAME = Pattern.compile(KEY);
  private static final Pattern VERSION = Pattern.compile(KEY + "/cryptoKeyVersions/[0-9]{1,18}");
  private static final Pattern NUMBER = Pattern.compile("[0-9]+");

  /** Empty when it is none. */
  static Optional<KeyName> find(String text) {
    return find(NAME, text);
  }

  /** Whether {@code version} names a version of this key. */
  boolean isOf(String version) {
    return find(VERSION, version)
        .filter(key -> key.rest.equals(rest) && isSameProject(key.project))
        .isPresent();
  }

  /** A project may be asked for by its number, and answer with its id. */
  private boolean isSameProject(String other) {
    return other.equals(project)
        || NUMBER.matcher(other).matches() != NUMBER.matcher(project).matches();
  }

  private static Optional<KeyName> find(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.matches()
        ? Optional.of(new KeyName(text, matcher.group(1), matcher.group(2)))
        : Optional.empty();
  }
}
