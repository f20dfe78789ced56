package io.rekindle.cli.transfer;

import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.Progress;
import io.rekindle.cli.Session;
import io.rekindle.cli.json.MessageJson;
import io.rekindle.client.RekindleClient;
import io.rekindle.v1.ExportMemoriesRequest;
import io.rekindle.v1.ExportMemoriesResponse;
import io.rekindle.v1.Memory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rekindle memory export}. */
@Command(
    name = "export",
    description = "Write memories as JSONL, in the form that import reads.",
    mixinStandardHelpOptions = true)
public final class ExportCommand implements Callable<Integer> {
  @Mixin private Session session = new Session();

  @Option(
      names = {"-n", "--namespace"},
      description = "several times, or a/** for all below a")
  private List<String> namespaces = List.of();

  @Option(names = "--filter", description = "only what passes it")
  private String filter = "";

  @Parameters(
      paramLabel = "FILE",
      arity = "0..1",
      description = "a new file, readable by you alone; by default standard output")
  private Path file = Path.of("-");

  @Override
  public Integer call() {
    long written =
        session.connected(
            client -> {
              try {
                return file.toString().equals("-")
                    ? write(client, session.out())
                    : writeFile(client);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    if (!file.toString().equals("-")) {
      session.err().println("%,d memories written".formatted(written));
      session.err().flush();
    }
    return ExitCodes.OK;
  }

  private long writeFile(RekindleClient client) throws IOException {
    if (Files.exists(file)) {
      throw new FileAlreadyExistsException(file.toString());
    }
    try (var channel =
            Files.newByteChannel(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rw-------")));
        Writer writer = Channels.newWriter(channel, StandardCharsets.UTF_8)) {
      return write(client, new PrintWriter(writer));
    }
  }

  private long write(RekindleClient client, PrintWriter out) throws IOException {
    ExportMemoriesRequest request =
        ExportMemoriesRequest.newBuilder().addAllNamespaces(namespaces).setFilter(filter).build();
    long written = 0;
    Iterator<ExportMemoriesResponse> pages = client.memories().export(request);
    try (Progress progress = new Progress("exporting", 0, !file.toString().equals("-"))) {
      while (pages.hasNext()) {
        for (Memory memory : pages.next().getMemoriesList()) {
          out.println(MessageJson.line(memory));
          written++;
        }
        progress.advanceTo(written);
      }
    }
    out.flush();
    if (out.checkError()) {
      throw new IOException("the export cannot be written");
    }
    return written;
  }
}
