package io.rekindle.node.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.WithDefault;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The page of the documentation and the code say the same. */
class ConfigurationDocTest {
  private static final Path PAGE = Path.of("../../docs/configuration.md");

  @Test
  void everyKeyStandsInTheDocumentationWithItsDefault() throws IOException {
    List<String> rows = rows();
    List<String> keys = new ArrayList<>();
    collect(NodeConfig.class, "rekindle.", keys);
    assertThat(keys).hasSizeGreaterThan(40);
    for (String key : keys) {
      assertThat(rows).as(key).anyMatch(row -> row.startsWith(key));
    }
  }

  @Test
  void theDocumentationNamesNoKeyThatIsNot() throws IOException {
    List<String> keys = new ArrayList<>();
    collect(NodeConfig.class, "rekindle.", keys);
    for (String row : rows()) {
      assertThat(keys).as(row).anyMatch(row::startsWith);
    }
  }

  private static List<String> rows() throws IOException {
    return Files.readAllLines(PAGE).stream()
        .filter(line -> line.startsWith("| `rekindle."))
        .toList();
  }

  /** Adds the beginning that the row of each key must have. */
  private static void collect(Class<?> type, String prefix, List<String> keys) {
    for (Method method : Arrays.asList(type.getMethods())) {
      if (method.isSynthetic()) {
        continue;
      }
      String key = prefix + kebab(method.getName());
      if (method.getReturnType() == Map.class) {
        keys.add("| `" + key + ".NAME.*` | (");
        continue;
      }
      if (method.getReturnType().isInterface() && method.getReturnType() != Path.class) {
        collect(method.getReturnType(), key + ".", keys);
        continue;
      }
      WithDefault value = method.getAnnotation(WithDefault.class);
      keys.add("| `" + key + "` | " + (value == null ? "(" : "`" + value.value() + "` |"));
    }
  }

  private static String kebab(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }
}
