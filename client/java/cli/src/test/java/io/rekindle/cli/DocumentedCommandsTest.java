package io.rekindle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** Every command line in the documentation is one that the command line understands. */
class DocumentedCommandsTest {
  /** In backticks, perhaps over the end of a line; or on a line of an indented block. */
  private static final Pattern IN_TEXT = Pattern.compile("`(?:\\./)?rekindle\\s+([^`]+)`");

  private static final Pattern IN_BLOCK =
      Pattern.compile("(?m)^(?: {4,}|```\\s*\\n)(?:\\$ )?(?:\\./)?rekindle +([^|>#\\n]+)");

  private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

  private static final CommandLine COMMAND = RekindleCommand.commandLine();

  /** A line, and where it stands. */
  record Documented(String where, List<String> words) {
    @Override
    public String toString() {
      return where + ": rekindle " + String.join(" ", words);
    }
  }

  static List<Documented> documented() throws IOException {
    Path root = root();
    List<Documented> found = new ArrayList<>();
    try (Stream<Path> top = Files.list(root);
        Stream<Path> docs = Files.walk(root.resolve("docs"))) {
      for (Path file :
          Stream.concat(top, docs).filter(path -> path.toString().endsWith(".md")).toList()) {
        String text = Files.readString(file);
        for (Pattern pattern : List.of(IN_TEXT, IN_BLOCK)) {
          pattern
              .matcher(text)
              .results()
              .forEach(
                  line ->
                      found.add(
                          new Documented(root.relativize(file).toString(), words(line.group(1)))));
        }
      }
    }
    return found;
  }

  @ParameterizedTest
  @MethodSource("documented")
  void isUnderstood(Documented line) {
    assertThatCode(() -> COMMAND.parseArgs(line.words().toArray(String[]::new)))
        .doesNotThrowAnyException();
  }

  @Test
  void findsCommandsInTextAndInBlocks() throws IOException {
    List<String> found = documented().stream().map(Documented::toString).toList();

    assertThat(found)
        .contains(
            "README.md: rekindle quickstart --once",
            "docs/security.md: rekindle node init",
            "docs/configuration.md: rekindle node check-config --data-folder D");
  }

  private static List<String> words(String line) {
    return WORD.matcher(line).results().map(DocumentedCommandsTest::unquoted).toList();
  }

  private static String unquoted(MatchResult word) {
    String single = word.group(1);
    String quoted = single == null ? word.group(2) : single;
    return quoted == null ? word.group(3) : quoted;
  }

  static Path root() {
    try {
      Path folder = Path.of("").toRealPath();
      while (!Files.exists(folder.resolve("ARCHITECTURE.md"))) {
        folder = Objects.requireNonNull(folder.getParent());
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
