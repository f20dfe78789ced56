package io.rekindle.cli.bench.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rekindle.cli.Versions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Figures with what they were measured on. Not thread-safe. */
public final class BenchReport {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final DateTimeFormatter FILE_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private final String benchmark;
  private final String command;
  private final Instant startedAt;
  private final double loadAverage;
  private final String durability;
  private final List<Result> results = new ArrayList<>();

  /**
   * Begins a report; the machine's load is that of now, before the benchmark adds its own.
   *
   * @param benchmark its name, such as {@code search}
   * @param command how it was started
   */
  public BenchReport(String benchmark, String command, Instant startedAt, String durability) {
    this.benchmark = benchmark;
    this.command = command;
    this.startedAt = startedAt.truncatedTo(ChronoUnit.SECONDS);
    this.loadAverage = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    this.durability = durability;
  }

  /**
   * One line of figures.
   *
   * @param operatingPoint what was set: writers, memories, durability ...
   * @param nanos of each operation
   * @param nodeCpuMicros of the node's process for each operation; null where no node took part
   */
  public record Result(
      String name,
      Map<String, String> operatingPoint,
      @Nullable Double recallAt10,
      Histogram nanos,
      double perSecond,
      @Nullable Double nodeCpuMicros) {
    double millis(double percentile) {
      return nanos.getValueAtPercentile(percentile) / 1e6;
    }
  }

  public void add(Result result) {
    results.add(result);
  }

  public String json() {
    ObjectNode root = MAPPER.createObjectNode();
    ObjectNode machine = root.putObject("machine");
    machine.put("cpu", cpu());
    machine.put("cores", Runtime.getRuntime().availableProcessors());
    machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    machine.put("loadAverageAtStart", Math.round(loadAverage * 100) / 100.0);
    ObjectNode versions = root.putObject("versions");
    versions.put("rekindle", Versions.rekindle());
    versions.put("java", System.getProperty("java.version"));
    root.put("durability", durability);
    root.put("benchmark", benchmark);
    root.put("command", command);
    root.put("startedAt", startedAt.toString());
    ArrayNode list = root.putArray("results");
    for (Result result : results) {
      ObjectNode node = list.addObject();
      node.put("name", result.name());
      ObjectNode point = node.putObject("operatingPoint");
      new TreeMap<>(result.operatingPoint()).forEach(point::put);
      node.put("recallAt10", result.recallAt10());
      node.put("p50Millis", rounded(result.millis(50)));
      node.put("p95Millis", rounded(result.millis(95)));
      node.put("p99Millis", rounded(result.millis(99)));
      node.put("perSecond", Math.round(result.perSecond()));
      Double cpu = result.nodeCpuMicros();
      node.put("nodeCpuMicros", cpu == null ? null : Math.round(cpu));
    }
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of JSON can be written", e);
    }
  }

  /**
   * Writes the JSON into a folder, as {@code search-20261126T043000Z.json}.
   *
   * @return the new file; one that is there is never written over
   */
  public Path save(Path folder) {
    Path file = folder.resolve(benchmark + "-" + FILE_TIME.format(startedAt) + ".json");
    try {
      Files.createDirectories(folder);
      return Files.writeString(file, json() + "\n", StandardOpenOption.CREATE_NEW);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As a table, the columns as wide as their longest name. */
  public String text() {
    int width = results.stream().mapToInt(result -> result.name().length()).max().orElse(1);
    String header =
        "%s, %d cores%n%s %9s %9s %9s %11s %9s %8s  %s%n"
            .formatted(
                cpu(),
                Runtime.getRuntime().availableProcessors(),
                " ".repeat(width),
                "p50 ms",
                "p95 ms",
                "p99 ms",
                "per second",
                "cpu us",
                "recall",
                "operating point");
    return results.stream()
        .map(result -> line(result, width))
        .collect(Collectors.joining("\n", header, ""));
  }

  private static String line(Result result, int width) {
    Double recall = result.recallAt10();
    Double cpu = result.nodeCpuMicros();
    return "%s %9.3f %9.3f %9.3f %11.0f %9s %8s  %s"
        .formatted(
            result.name() + " ".repeat(width - result.name().length()),
            result.millis(50),
            result.millis(95),
            result.millis(99),
            result.perSecond(),
            cpu == null ? "" : "%.0f".formatted(cpu),
            recall == null ? "" : "%.4f".formatted(recall),
            new TreeMap<>(result.operatingPoint()));
  }

  private static double rounded(double millis) {
    return Math.round(millis * 1e4) / 1e4;
  }

  private static String cpu() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      // Only Linux has this file.
      return System.getProperty("os.arch");
    }
  }
}
