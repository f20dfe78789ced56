package io.rekindle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java of the README is what a reader can compile. */
class ReadmeExampleTest {
  private static final Pattern EXAMPLE =
      Pattern.compile("(?ms)^    try \\(RekindleClient .*?^    }$");

  @Test
  void compiles(@TempDir Path folder) throws IOException {
    List<String> examples =
        EXAMPLE
            .matcher(Files.readString(DocumentedCommandsTest.root().resolve("README.md")))
            .results()
            .map(MatchResult::group)
            .toList();
    assertThat(examples).hasSize(1);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    boolean compiled =
        compiler
            .getTask(
                messages,
                null,
                null,
                List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path")),
                null,
                List.of(source(inAClass(examples.getFirst()))))
            .call();
    assertThat(compiled).as(messages.toString()).isTrue();
  }

  private static String inAClass(String example) {
    return """
    import io.rekindle.client.RekindleClient;
    import java.nio.file.Path;

    class Example {
      void run(String key) {
        %s
      }
    }
    """
        .formatted(example);
  }

  private static JavaFileObject source(String text) {
    return new SimpleJavaFileObject(
        URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
      }
    };
  }
}
