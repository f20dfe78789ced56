package io.rekindle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every link in the documentation that stays in the repository leads to something. */
class DocumentedLinksTest {
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    Path root = root();
    List<String> dead = new ArrayList<>();
    int links = 0;
    try (Stream<Path> top = Files.list(root);
        Stream<Path> docs = Files.walk(root.resolve("docs"))) {
      for (Path page :
          Stream.concat(top, docs).filter(path -> path.toString().endsWith(".md")).toList()) {
        for (String link :
            LINK.matcher(Files.readString(page)).results().map(found -> found.group(1)).toList()) {
          links++;
          if (!leadsSomewhere(page, link)) {
            dead.add(root.relativize(page) + ": " + link);
          }
        }
      }
    }
    assertThat(dead).isEmpty();
    assertThat(links).isGreaterThan(30);
  }

  private static boolean leadsSomewhere(Path page, String link) throws IOException {
    if (link.contains("://")) {
      return true;
    }
    int hash = link.indexOf('#');
    String file = hash < 0 ? link : link.substring(0, hash);
    Path target = file.isEmpty() ? page : page.resolveSibling(file);
    return Files.exists(target)
        && (hash < 0 || anchors(Files.readString(target)).contains(link.substring(hash + 1)));
  }

  /** As they are made of headings: small letters, hyphens for blanks, nothing else. */
  private static List<String> anchors(String markdown) {
    return markdown
        .lines()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} -]", "").replace(' ', '-'))
        .toList();
  }

  private static Path root() throws IOException {
    Path folder = Path.of("").toRealPath();
    while (!Files.exists(folder.resolve("ARCHITECTURE.md"))) {
      folder = Objects.requireNonNull(folder.getParent());
    }
    return folder;
  }
}
