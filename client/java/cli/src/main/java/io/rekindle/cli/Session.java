package io.rekindle.cli;

import com.google.protobuf.Message;
import io.rekindle.cli.json.MessageJson;
import io.rekindle.cli.node.NodeFolder;
import io.rekindle.client.RekindleClient;
import io.rekindle.client.RekindleClientBuilder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/**
 * Where a command connects to, and how it answers: mixed into every command.
 *
 * <p>What is not given as an option comes from the environment ({@code REKINDLE_TARGET}, {@code
 * REKINDLE_CA}, {@code REKINDLE_API_KEY}), and what is not there from the data folder that the
 * quickstart made. An API key is never an option: the list of processes would show it.
 */
public final class Session {
  private static final String DATA_FOLDER = "--data-folder";

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec mixee;

  @Option(
      names = "--target",
      description = "host:port of the node, or of several with commas between (REKINDLE_TARGET)")
  private String target = "";

  @Option(names = "--ca", description = "CA certificate of the node, PEM (REKINDLE_CA)")
  private @Nullable Path ca;

  @Option(
      names = "--api-key-file",
      description = "file that holds the API key (else REKINDLE_API_KEY)")
  private @Nullable Path apiKeyFile;

  @Option(names = "--timeout", description = "of each call, such as PT30S", defaultValue = "PT30S")
  private Duration timeout = Duration.ofSeconds(30);

  @Mixin private OutputOption output = new OutputOption();

  @Option(
      names = DATA_FOLDER,
      description = "folder of a local node (default: ${DEFAULT-VALUE})",
      defaultValue = NodeFolder.DEFAULT)
  private Path dataFolder = Path.of(NodeFolder.DEFAULT);

  /** Connects for the length of a piece of work. */
  public <T> T connected(Function<RekindleClient, T> work) {
    try (RekindleClient client = connect()) {
      return work.apply(client);
    }
  }

  private RekindleClient connect() {
    NodeFolder folder = new NodeFolder(dataFolder);
    RekindleClientBuilder builder =
        RekindleClient.builder(given(target, "REKINDLE_TARGET", folder::target))
            .deadline(timeout)
            .apiKey(apiKey(folder));
    String caText = given(ca == null ? "" : ca.toString(), "REKINDLE_CA", () -> "");
    if (!caText.isEmpty()) {
      builder.caCertificate(Path.of(caText));
    } else if (Files.exists(folder.serverCa())) {
      builder.caCertificate(folder.serverCa());
    }
    return builder.build();
  }

  private String apiKey(NodeFolder folder) {
    try {
      if (apiKeyFile != null) {
        return Files.readString(apiKeyFile).strip();
      }
      return given("", "REKINDLE_API_KEY", folder::adminKey);
    } catch (IOException e) {
      throw new CommandFailedException(
          "the file with the API key cannot be read: " + Sentences.of(e), e);
    }
  }

  private static String given(
      String option, String variable, java.util.function.Supplier<String> otherwise) {
    if (!option.isEmpty()) {
      return option;
    }
    String value = System.getenv(variable);
    return value == null || value.isEmpty() ? otherwise.get() : value;
  }

  /** Answers with a message: as JSON when asked, else as {@code text} writes it. */
  public <M extends Message> void answer(M message, Function<M, String> text) {
    out().println(json() ? MessageJson.pretty(message) : text.apply(message));
    out().flush();
  }

  /**
   * The folder that was given, for a command that looks at it instead of asking a node; null for
   * none.
   *
   * @throws ParameterException when an option says how to ask a node, or in which form it answers
   */
  public @Nullable Path folderAlone() {
    ParseResult given = spec().commandLine().getParseResult();
    if (!given.hasMatchedOption(DATA_FOLDER)) {
      return null;
    }
    if (given.matchedOptions().size() > 1) {
      throw new ParameterException(
          spec().commandLine(),
          "with " + DATA_FOLDER + " the folder is looked at, and no other option counts");
    }
    return dataFolder;
  }

  public boolean json() {
    return output.json();
  }

  public PrintWriter out() {
    return spec().commandLine().getOut();
  }

  public PrintWriter err() {
    return spec().commandLine().getErr();
  }

  private CommandSpec spec() {
    if (mixee == null) {
      throw new IllegalStateException("a session belongs to a command");
    }
    return mixee;
  }
}
