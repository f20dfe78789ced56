package io.rekindle.node.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What loading a model does to the machine, seen from outside a process that does it. */
class NativeLibrariesTest {
  private static final List<String> OWN_NETWORK = List.of("unshare", "--map-root-user", "--net");

  @TempDir private Path folder;

  @Test
  void embeddingWritesNoFileIntoHomeAndTemp() throws Exception {
    Path home = Files.createDirectory(folder.resolve("home"));
    Path temp = Files.createDirectory(folder.resolve("temp"));
    List<String> output =
        EmbeddingProcess.run(
            List.of(), EmbeddingProcess.EMBED, "-Duser.home=" + home, "-Djava.io.tmpdir=" + temp);
    // ONNX Runtime makes a folder for what it might have unpacked; it stays empty and goes.
    assertThat(output).contains("files 0", "dimensions 384");
    assertThat(filesIn(home)).isEmpty();
    assertThat(filesIn(temp)).isEmpty();
  }

  @Test
  void embeddingAttemptsNoConnection() throws Exception {
    assumeTrue(isPermitted(OWN_NETWORK), "needs unprivileged network namespaces");
    assertThat(EmbeddingProcess.run(OWN_NETWORK, EmbeddingProcess.EMBED))
        .contains("dimensions 384", "attempts 0");
    // The counters do count.
    assertThat(EmbeddingProcess.run(OWN_NETWORK, EmbeddingProcess.CONNECT))
        .noneMatch("attempts 0"::equals)
        .anyMatch(line -> line.startsWith("attempts "));
  }

  @Test
  void noCodeThatCallsHomeIsThere() throws IOException {
    assertThatThrownBy(() -> Class.forName("ai.djl.util.Ec2Utils"))
        .isInstanceOf(ClassNotFoundException.class);
    Path natives = NativeLibraries.besideClasses();
    assertThat(filesIn(natives)).isNotEmpty();
    for (Path library : filesIn(natives)) {
      String bytes = new String(Files.readAllBytes(library), StandardCharsets.ISO_8859_1);
      assertThat(bytes.contains("events.data.microsoft.com")).as(library.toString()).isFalse();
      assertThat(bytes.contains("ORT_DISABLE_TELEMETRY")).as(library.toString()).isFalse();
    }
  }

  @Test
  void aMissingLibraryIsNamed() throws Exception {
    assertThat(EmbeddingProcess.run(List.of(), folder.toString()))
        .anyMatch(
            line ->
                line.startsWith("a native library is missing")
                    && line.contains(System.mapLibraryName("onnxruntime"))
                    && line.contains(folder.toString()));
  }

  private static List<Path> filesIn(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      return paths.filter(path -> !path.equals(root)).toList();
    }
  }

  private static boolean isPermitted(List<String> command) throws InterruptedException {
    try {
      List<String> probe = new ArrayList<>(command);
      probe.add("true");
      return new ProcessBuilder(probe).redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
