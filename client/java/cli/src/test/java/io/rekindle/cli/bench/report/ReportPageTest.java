package io.rekindle.cli.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rekindle.cli.CommandFailedException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class ReportPageTest {
  private static final String SAVED =
      """
      {"machine":{"cpu":"A <fast> one","cores":2,"os":"Linux 6","loadAverageAtStart":0.25},
       "versions":{"rekindle":"1.2","java":"25.0.3"},
       "durability":"process",
       "benchmark":"search",
       "command":"rekindle bench search --recall 1,0.98",
       "startedAt":"2026-11-26T04:30:00Z",
       "results":[
         {"name":"search, server's timer, recall >= 1.0",
          "operatingPoint":{"memories":"10000","dimensions":"384","namespaces":"1","clients":"1"},
          "recallAt10":1.0,"p50Millis":0.53,"p95Millis":0.75,"p99Millis":1.06,
          "perSecond":551,"nodeCpuMicros":684},
         {"name":"search, server's timer, recall >= 0.98",
          "operatingPoint":{"memories":"10000","dimensions":"384","namespaces":"1","clients":"1"},
          "recallAt10":0.9,"p50Millis":0.25,"p95Millis":0.5,"p99Millis":12.34,
          "perSecond":1551,"nodeCpuMicros":384},
         {"name":"search, server's timer, recall >= 0.98",
          "operatingPoint":{"memories":"200000","dimensions":"384","namespaces":"4","clients":"8"},
          "recallAt10":0.97,"p50Millis":3,"p95Millis":5,"p99Millis":123.4,
          "perSecond":10,"nodeCpuMicros":384},
         {"name":"search, server's timer, recall >= 0.98, filter passes 0.1",
          "operatingPoint":{"memories":"10000","filter":"a | b"},
          "recallAt10":0.2,"p50Millis":99,"p95Millis":0.5,"p99Millis":0.5,
          "perSecond":1,"nodeCpuMicros":null},
         {"name":"get by id, through gRPC","operatingPoint":{},
          "recallAt10":null,"p50Millis":0.5,"p95Millis":1,"p99Millis":2,
          "perSecond":1200,"nodeCpuMicros":null}]}
      """;

  @TempDir private Path from;
  @TempDir private Path to;

  @Test
  void writesTheTablesAndThePlotOfWhatWasSaved() throws IOException {
    Files.writeString(from.resolve("search-1.json"), SAVED);

    Path page = ReportPage.write(from, to);

    assertThat(Files.readString(page)).isEqualToNormalizingNewlines(golden("results.md"));
    assertThat(Files.readString(to.resolve("recall-latency.svg")))
        .isEqualToNormalizingNewlines(golden("recall-latency.svg"));
    ReportPage.write(from, to);
    assertThat(Files.readString(page)).as("again").isEqualTo(golden("results.md"));
  }

  @Test
  void plotsSizesWithAxesUnitsAndLegendAsWellFormedXml() throws Exception {
    Files.writeString(from.resolve("search-1.json"), SAVED);
    List<RecallPlot.Series> series = RecallPlot.series(SavedRun.readAll(from));

    assertThat(series)
        .extracting(RecallPlot.Series::label)
        .containsExactly(
            "10,000 memories x 384", "200,000 memories x 384 in 4 namespaces, 8 clients");
    assertThat(series.getFirst().points())
        .containsExactly(new RecallPlot.Point(0.25, 0.9), new RecallPlot.Point(0.53, 1));
    String svg = RecallPlot.svg(series);
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(svg)));
    assertThat(document.getElementsByTagName("polyline").getLength()).isEqualTo(2);
    assertThat(document.getElementsByTagName("circle").getLength()).isEqualTo(3);
    assertThat(svg).contains("ms (log)").contains("recall@10");
  }

  @Test
  void putsPointsWhereTheAxesSay() {
    RecallPlot.Axes axes =
        RecallPlot.Axes.around(
            List.of(new RecallPlot.Point(0.3, 0.96), new RecallPlot.Point(30, 1)));

    assertThat(axes).isEqualTo(new RecallPlot.Axes(0.2, 50, 0.95));
    assertThat(axes.millisTicks()).containsExactly(0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0);
    assertThat(axes.recallTicks()).containsExactly(1.0, 0.95);
    assertThat(axes.x(0.2)).isLessThan(axes.x(1)).isEqualTo(70);
    assertThat(axes.x(50)).isEqualTo(730);
    assertThat(axes.y(1)).isEqualTo(50);
    assertThat(axes.y(0.95)).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"benchmark\":\"search\",||it lacks \"benchmark\"",
        "\"results\":|\"result\":|it lacks \"results\"",
        "\"p50Millis\":0.53|\"p50Millis\":\"fast\"|has 'fast' for a number",
        "\"perSecond\":551,||it lacks \"perSecond\"",
        "\"results\":[|\"results\"[|is no JSON"
      })
  void namesTheFileThatIsNoResultAndWhatItLacks(String part, String other, String said)
      throws IOException {
    String replaced = SAVED.replace(part, other == null ? "" : other);
    Path file = Files.writeString(from.resolve("bad.json"), replaced);

    assertThatThrownBy(() -> ReportPage.write(from, to))
        .isInstanceOf(CommandFailedException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(said);
  }

  @Test
  void saysThatThereIsNothing() {
    assertThatThrownBy(() -> ReportPage.write(from, to)).hasMessageContaining("--save " + from);
  }

  @Test
  void readsWhatABenchmarkSavesUnderItsNameAndTime() throws IOException {
    BenchReport report =
        new BenchReport(
            "search", "rekindle bench search", Instant.parse("2026-11-26T04:30:00.5Z"), "process");
    Histogram nanos = new Histogram(3);
    nanos.recordValue(2_000_000);
    report.add(new BenchReport.Result("what", Map.of("memories", "5"), 0.5, nanos, 499.6, null));

    Path saved = report.save(from);

    assertThat(saved).hasFileName("search-20261126T043000Z.json");
    JsonNode json = new ObjectMapper().readTree(saved.toFile());
    assertThat(json.fieldNames())
        .toIterable()
        .contains("machine", "versions", "durability", "results");
    assertThat(json.at("/results/0").fieldNames())
        .toIterable()
        .contains(
            "name",
            "operatingPoint",
            "recallAt10",
            "p50Millis",
            "p95Millis",
            "p99Millis",
            "perSecond");
    assertThat(SavedRun.readAll(from).getFirst().lines())
        .singleElement()
        .satisfies(line -> assertThat(line.recallAt10()).isEqualTo(0.5))
        .satisfies(line -> assertThat(line.p50Millis()).isBetween(1.99, 2.01))
        .satisfies(line -> assertThat(line.perSecond()).isEqualTo(500));
    assertThatThrownBy(() -> report.save(from))
        .hasCauseInstanceOf(FileAlreadyExistsException.class);
  }

  private static String golden(String name) throws IOException {
    try (var in = ReportPageTest.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("no golden file " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
