package io.rekindle.cli.bench;

import io.rekindle.cli.CommandFailedException;
import io.rekindle.cli.bench.report.BenchReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;
import org.HdrHistogram.Histogram;

/** How long a node takes until it is ready, and what it holds in memory when nobody asks. */
final class StartBench {
  private static final Duration REST = Duration.ofSeconds(20);

  private final Path below;
  private final int starts;
  private final BenchReport report;

  StartBench(Path below, int starts, BenchReport report) {
    this.below = below;
    this.starts = starts;
    this.report = report;
  }

  void run() throws InterruptedException {
    Histogram fresh = Load.histogram();
    Histogram again = Load.histogram();
    Histogram residentKib = Load.histogram();
    for (int i = 0; i < starts; i++) {
      try (BenchNode node = BenchNode.start(below, "process")) {
        fresh.recordValue(node.readyAfter().toNanos());
        node.restart();
        again.recordValue(node.readyAfter().toNanos());
        Thread.sleep(REST);
        residentKib(node.pid()).ifPresent(kib -> residentKib.recordValue((long) kib));
      }
    }
    add("node ready, new folder", fresh, Map.of());
    String mib = Long.toString(residentKib.getValueAtPercentile(50) / 1024);
    add("node ready, same folder again", again, Map.of("residentMibAtRest", mib));
  }

  private void add(String name, Histogram nanos, Map<String, String> point) {
    double seconds = nanos.getMean() / 1e9;
    report.add(new BenchReport.Result(name, point, null, nanos, 1 / seconds, null));
  }

  /** Empty where the system does not tell. */
  private static OptionalDouble residentKib(long pid) {
    Path status = Path.of("/proc", Long.toString(pid), "status");
    if (!Files.exists(status)) {
      return OptionalDouble.empty();
    }
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")))
          .findFirst();
    } catch (IOException e) {
      throw new CommandFailedException("the node's memory can't be read", e);
    }
  }
}
