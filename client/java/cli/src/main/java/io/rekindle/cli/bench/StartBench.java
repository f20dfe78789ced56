package io.rekindle.cli.bench;

import io.rekindle.cli.bench.report.BenchReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
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
        NodeMemory.residentKib(node.pid()).ifPresent(residentKib::recordValue);
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
}
