package io.rekindle.cli.bench.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rekindle.cli.CommandFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one run of a benchmark saved.
 *
 * @param machine processor, cores, system and load
 */
record SavedRun(
    String benchmark,
    String startedAt,
    String command,
    String machine,
    String versions,
    String durability,
    List<Line> lines) {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final long BYTES_MAX = 16 << 20;
  private static final int FILES_MAX = 1_000;

  /** One result; absent figures are null. */
  record Line(
      String name,
      Map<String, String> operatingPoint,
      @Nullable Double recallAt10,
      double p50Millis,
      double p95Millis,
      double p99Millis,
      double perSecond,
      @Nullable Double nodeCpuMicros) {}

  /** Reads all {@code .json} of a folder, by name. */
  static List<SavedRun> readAll(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> saved = files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
      if (saved.isEmpty()) {
        throw new CommandFailedException(folder + " has no results: save some by --save " + folder);
      }
      if (saved.size() > FILES_MAX) {
        throw new CommandFailedException(
            "%s has %,d files; one page takes %,d".formatted(folder, saved.size(), FILES_MAX));
      }
      return saved.stream().map(SavedRun::read).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SavedRun read(Path file) {
    try {
      if (Files.size(file) > BYTES_MAX) {
        throw new CommandFailedException(file + " is too large for the results of a benchmark");
      }
      return of(new Saved(file, MAPPER.readTree(file.toFile())));
    } catch (JsonProcessingException e) {
      throw new CommandFailedException(file + " is no JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SavedRun of(Saved root) {
    Saved machine = root.get("machine");
    List<Line> lines = new ArrayList<>();
    for (JsonNode result : root.get("results").node) {
      lines.add(line(new Saved(root.file, result)));
    }
    JsonNode load = machine.node.path("loadAverageAtStart");
    return new SavedRun(
        root.get("benchmark").text(),
        root.get("startedAt").text(),
        root.get("command").text(),
        "%s, %s cores, %s%s"
            .formatted(
                machine.get("cpu").text(),
                machine.get("cores").text(),
                machine.get("os").text(),
                load.isNumber() ? ", load average at the start " + load.asText() : ""),
        "Rekindle %s, Java %s"
            .formatted(
                root.get("versions").get("rekindle").text(),
                root.get("versions").get("java").text()),
        root.get("durability").text(),
        List.copyOf(lines));
  }

  private static Line line(Saved result) {
    Map<String, String> point = new TreeMap<>();
    result
        .get("operatingPoint")
        .node
        .properties()
        .forEach(entry -> point.put(entry.getKey(), entry.getValue().asText()));
    return new Line(
        result.get("name").text(),
        point,
        result.optional("recallAt10"),
        result.get("p50Millis").number(),
        result.get("p95Millis").number(),
        result.get("p99Millis").number(),
        result.get("perSecond").number(),
        result.optional("nodeCpuMicros"));
  }

  /** A part of a file, which knows the file for what it lacks. */
  private record Saved(Path file, JsonNode node) {
    Saved get(String name) {
      JsonNode found = node.get(name);
      if (found == null || found.isNull()) {
        throw new CommandFailedException(
            file + " is no result of a benchmark: it lacks \"" + name + "\"");
      }
      return new Saved(file, found);
    }

    String text() {
      return node.asText();
    }

    double number() {
      if (!node.isNumber()) {
        throw new CommandFailedException(file + " has '" + node.asText() + "' for a number");
      }
      return node.asDouble();
    }

    @Nullable Double optional(String name) {
      JsonNode found = node.get(name);
      return found == null || found.isNull() ? null : new Saved(file, found).number();
    }
  }
}
