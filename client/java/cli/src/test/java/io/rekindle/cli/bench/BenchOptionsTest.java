package io.rekindle.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.cli.ExitCodes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What is refused is refused before a node is started: there is none here. */
class BenchOptionsTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "search --memories 0|--memories is 1 to 10,000,000, not 0",
        "search --memories 10000001|--memories is 1 to 10,000,000, not 10,000,001",
        "search --dimensions 1|--dimensions is 2 to 4,096, not 1",
        "search --dimensions 4097|--dimensions is 2 to 4,096",
        "search --spread 0|--spread is 0.001 to 10.0, not 0.0",
        "search --spread NaN|--spread is 0.001 to 10.0, not NaN",
        "search --seed -1|--seed is 0 to 999,999,999",
        "search --namespaces 0|--namespaces is 1 to 100,000",
        "search --memories 5 --namespaces 6|--namespaces is at most the number of memories",
        "search --queries 0|--queries is 1 to 1,000,000",
        "search --threads 129|--threads is 1 to 128",
        "search --recall 0.4|--recall is 0.5 to 1.0, not 0.4",
        "search --recall 0.9,1.1|--recall is 0.5 to 1.0, not 1.1",
        "search --filters 0|--filters are above 0 and below 1, not 0.0",
        "search --filters 0.5,1|--filters are above 0 and below 1, not 1.0",
        "search --mode sideways|sideways",
        "restart --restarts 0|--restarts is 1 to 100",
        "restart --queries 0|--queries is 1 to 1,000,000",
        "restart --end badly|badly",
        "pipeline --rates 0|--rates is 0.1 to 10000.0, not 0.0",
        "pipeline --rates 5,20000|--rates is 0.1 to 10000.0, not 20000.0",
        "pipeline --seconds 0|--seconds is 1 to 3,600",
        "pipeline --look-every-millis 0|--look-every-millis is 1 to 1,000",
        "mixed --search-rate 0|--search-rate is 0.1 to 10000.0",
        "mixed --store-rate -1|--store-rate is 0.0 to 10000.0",
        "mixed --namespaces 2|mixed writes where it searches: --namespaces is 1",
        "namespaces --memories 5000|--namespaces is at least twice --cold, and --warm, and one:"
            + " 1,101, not 1",
        "namespaces --namespaces 1100|1,101, not 1,100",
        "cluster --nodes 0|--nodes is 1 to 7, not 0",
        "cluster --nodes 3,8|--nodes is 1 to 7, not 8",
        "cluster --operations 0|--operations is 1 to 1,000,000",
        "cluster --rate 1001|--rate is 1 to 1,000, not 1,001",
        "cluster --seconds 601|--seconds is 0 to 600, not 601",
        "namespaces --cold 0|--cold is 1 to 10,000",
        "namespaces --warm 1|--warm is 2 to 10,000",
        "namespaces --queries 1|--queries is 2 to 1,000,000",
        "start --starts 0|--starts is 1 to 1,000",
        "store --seconds 0|--seconds is 1 to 3,600",
        "report --from x|--to"
      })
  void refusesWhatIsOutOfItsRangeByItsName(String command, String said) {
    assertThat(run(command.split(" "))).isEqualTo(ExitCodes.USAGE);
    assertThat(err.toString()).contains(said);
  }

  @Test
  void refusesMoreThanAFileOfVectorsHas() throws IOException {
    byte[] bytes = new byte[12 * 30];
    for (int i = 0; i < bytes.length; i += 12) {
      bytes[i] = 2;
    }
    Path file = Files.write(folder.resolve("a.fvecs"), bytes);

    assertThat(run("search", "--memories", "28", "--vectors", file.toString()))
        .isEqualTo(ExitCodes.USAGE);
    assertThat(err.toString()).contains("--vectors has 27 vectors beside those of the queries");
    assertThat(run("search", "--dimensions", "3", "--vectors", file.toString()))
        .isEqualTo(ExitCodes.USAGE);
    assertThat(err.toString()).contains("--vectors has vectors of 2 dimensions, not 3");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "search --memories 1000000 --dimensions 384 --recall 1,0.98 --filters 0.5,0.1 --threads 2",
        "search --namespaces 10 --mode HYBRID --data-folder d --save s --set a=b --set c=d -o json",
        "restart --memories 100 --end stop --data-folder d",
        "pipeline --rates 0.5,5 --seconds 1",
        "mixed --search-rate 10 --store-rate 0 --update-rate 0.5 --delete-rate 0",
        "namespaces --memories 200 --namespaces 100 --cold 10 --warm 10 --queries 100 --save s",
        "report --from a --to b",
        "start --starts 1 --save s",
        "store --durability both --save s"
      })
  void understands(String command) {
    assertThat(
            new CommandLine(new BenchCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .parseArgs(command.split(" "))
                .errors())
        .isEmpty();
  }

  private int run(String... args) {
    return new CommandLine(new BenchCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }
}
