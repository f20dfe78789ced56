package io.rekindle.cli.transfer;

import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.Progress;
import io.rekindle.cli.Session;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rekindle memory import}. */
@Command(
    name = "import",
    description = "Store memories from JSONL, one JSON object a line.",
    mixinStandardHelpOptions = true)
public final class ImportCommand implements Callable<Integer> {
  @Mixin private Session session = new Session();

  @Option(
      names = {"-n", "--namespace"},
      required = true,
      description = "where they go")
  private String namespace = "";

  @Option(names = "--skip-bad", description = "go on after lines that are bad")
  private boolean skipBad;

  @Parameters(paramLabel = "FILE", description = "- for standard input")
  private Path file = Path.of("-");

  @Override
  public Integer call() {
    boolean standardInput = file.toString().equals("-");
    MemoryImport.Result result =
        session.connected(
            client -> {
              MemoryImport run =
                  new MemoryImport(client, namespace, skipBad, session.err()::println);
              try (InputStream input = standardInput ? System.in : Files.newInputStream(file);
                  Progress progress =
                      new Progress(
                          "importing", standardInput ? 0 : Files.size(file), !session.json())) {
                return run.run(input, progress);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              } finally {
                session.err().flush();
              }
            });
    session
        .out()
        .println(
            session.json()
                ? "{\"stored\":%d,\"existing\":%d,\"bad\":%d}"
                    .formatted(result.stored(), result.existing(), result.bad())
                : "%,d stored, %,d were there already, %,d bad lines skipped"
                    .formatted(result.stored(), result.existing(), result.bad()));
    session.out().flush();
    return ExitCodes.OK;
  }
}
