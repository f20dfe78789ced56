package io.rekindle.cli.quickstart;

import io.rekindle.cli.json.JsonMessage;
import io.rekindle.cli.json.MessageJson;
import io.rekindle.v1.Memory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the tour imports, from the resources of this jar, as JSONL for each namespace. */
final class Corpus {
  private static final String CONVERSATIONS = "/corpus/support.jsonl";
  private static final String DOCUMENTS = "/corpus/docs";

  private Corpus() {}

  static Map<String, String> load() {
    Map<String, String> corpus = new LinkedHashMap<>();
    List<String> conversations = read(CONVERSATIONS).lines().filter(l -> !l.isBlank()).toList();
    corpus.put(Tenants.SUPPORT_A, conversations(conversations, "a-"));
    corpus.put(Tenants.PRODUCT_A, documents());
    corpus.put(Tenants.SUPPORT_B, conversations(conversations, "b-"));
    return corpus;
  }

  /** The turns whose ticket belongs to a company. */
  private static String conversations(List<String> lines, String ticketPrefix) {
    return lines.stream()
        .filter(line -> turn(line).getSessionId().startsWith(ticketPrefix))
        .collect(Collectors.joining("\n"));
  }

  private static Memory turn(String line) {
    return JsonMessage.read(line, Memory.newBuilder()).build();
  }

  private static String documents() {
    URL folder = Corpus.class.getResource(DOCUMENTS);
    if (folder == null) {
      return "";
    }
    try {
      URI uri = folder.toURI();
      if (!uri.getScheme().equals("jar")) {
        return documents(Path.of(uri));
      }
      try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
        return documents(jar.getPath(DOCUMENTS));
      }
    } catch (URISyntaxException e) {
      throw new IllegalStateException("a resource has a URI", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String documents(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".md"))
          .sorted()
          .flatMap(file -> memories(folder.relativize(file).toString(), file).stream())
          .map(MessageJson::line)
          .collect(Collectors.joining("\n"));
    }
  }

  private static List<Memory> memories(String name, Path file) {
    try {
      return DocumentSplitter.split(name, Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(String resource) {
    try (InputStream input = Corpus.class.getResourceAsStream(resource)) {
      if (input == null) {
        throw new IllegalStateException("the jar holds its corpus");
      }
      return new String(input.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
