package io.rekindle.cli.command;

import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.Session;
import io.rekindle.v1.Memory;
import io.rekindle.v1.StoreMemoryRequest;
import io.rekindle.v1.StoreMemoryResponse;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rekindle store}: one memory from the command line. */
@Command(name = "store", description = "Store one memory.", mixinStandardHelpOptions = true)
public final class StoreCommand implements Callable<Integer> {
  @Mixin private Session session = new Session();

  @Option(
      names = {"-n", "--namespace"},
      description = "where; by default the API key's namespace")
  private String namespace = "";

  @Option(names = "--type", description = "such as fact, episode, preference")
  private String type = "";

  @Option(names = "--tag", description = "may be given several times")
  private List<String> tags = List.of();

  @Option(names = "--metadata", description = "a JSON object")
  private String metadata = "";

  @Option(names = "--session-id", description = "the conversation it comes from")
  private String sessionId = "";

  @Option(names = "--subject-id", description = "the person it is about")
  private String subjectId = "";

  @Option(names = "--external-key", description = "your own key, unique in the namespace")
  private String externalKey = "";

  @Option(names = "--source", description = "where it comes from")
  private String source = "";

  @Option(names = "--importance", description = "0 to 1", defaultValue = "0.5")
  private float importance = 0.5f;

  @Option(names = "--idempotency-key", description = "makes a repetition the same store")
  private String idempotencyKey = "";

  @Parameters(index = "0", paramLabel = "CONTENT", description = "the text")
  private String content = "";

  @Override
  public Integer call() {
    StoreMemoryRequest request =
        StoreMemoryRequest.newBuilder()
            .setNamespace(namespace)
            .setIdempotencyKey(idempotencyKey)
            .setMemory(
                Memory.newBuilder()
                    .setContent(content)
                    .setMemoryType(type)
                    .addAllTags(tags)
                    .setMetadata(metadata)
                    .setSessionId(sessionId)
                    .setSubjectId(subjectId)
                    .setExternalKey(externalKey)
                    .setSource(source)
                    .setImportance(importance))
            .build();
    StoreMemoryResponse response =
        session.connected(client -> client.memories().store(request).execute());
    session.answer(
        response,
        stored ->
            (stored.getCreated() ? "stored " : "was there already: ")
                + stored.getMemory().getMemoryId());
    return ExitCodes.OK;
  }
}
