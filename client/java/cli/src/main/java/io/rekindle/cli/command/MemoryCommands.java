package io.rekindle.cli.command;

import com.google.protobuf.FieldMask;
import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.Session;
import io.rekindle.cli.json.JsonMessage;
import io.rekindle.cli.transfer.ExportCommand;
import io.rekindle.cli.transfer.ImportCommand;
import io.rekindle.v1.DeleteMemoryRequest;
import io.rekindle.v1.GetMemoryRequest;
import io.rekindle.v1.ListMemoriesRequest;
import io.rekindle.v1.Memory;
import io.rekindle.v1.UpdateMemoryRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rekindle memory get|list|update|delete|import|export}. */
@Command(
    name = "memory",
    description = "Read, change, delete, import and export memories.",
    mixinStandardHelpOptions = true,
    subcommands = {ImportCommand.class, ExportCommand.class})
public final class MemoryCommands {
  @Command(description = "Show one memory.", mixinStandardHelpOptions = true)
  int get(
      @Mixin Session session,
      @Option(
              names = {"-n", "--namespace"},
              defaultValue = "")
          String namespace,
      @Option(names = "--external-key", description = "by your own key instead of the id")
          @Nullable String externalKey,
      @Parameters(arity = "0..1", paramLabel = "ID", defaultValue = "") String id) {
    GetMemoryRequest.Builder request = GetMemoryRequest.newBuilder().setNamespace(namespace);
    if (externalKey == null) {
      request.setMemoryId(id);
    } else {
      request.setExternalKey(externalKey);
    }
    Memory memory =
        session.connected(client -> client.memories().get(request.build()).execute().getMemory());
    session.answer(memory, Texts::full);
    return ExitCodes.OK;
  }

  @Command(description = "List memories, newest first.", mixinStandardHelpOptions = true)
  int list(
      @Mixin Session session,
      @Option(
              names = {"-n", "--namespace"},
              description = "several times, or a/**")
          @Nullable List<String> namespaces,
      @Option(names = "--filter", defaultValue = "") String filter,
      @Option(names = "--page-size", defaultValue = "20") int pageSize,
      @Option(names = "--page-token", defaultValue = "") String pageToken) {
    ListMemoriesRequest request =
        ListMemoriesRequest.newBuilder()
            .addAllNamespaces(namespaces == null ? List.of() : namespaces)
            .setFilter(filter)
            .setPageSize(pageSize)
            .setPageToken(pageToken)
            .build();
    session.answer(
        session.connected(client -> client.memories().list(request).execute()),
        page -> Texts.page(page.getMemoriesList(), Texts::line, page.getNextPageToken()));
    return ExitCodes.OK;
  }

  @Command(description = "Change the given fields of one memory.", mixinStandardHelpOptions = true)
  int update(
      @Mixin Session session,
      @Option(
              names = {"-n", "--namespace"},
              defaultValue = "")
          String namespace,
      @Option(names = "--expected-version") @Nullable Long expectedVersion,
      @Option(names = "--idempotency-key", defaultValue = "") String idempotencyKey,
      @Parameters(index = "0", paramLabel = "ID") String id,
      @Parameters(
              index = "1",
              paramLabel = "JSON",
              description = "the new values, such as '{\"content\":\"...\",\"tags\":[]}'")
          String json) {
    Memory.Builder values = JsonMessage.read(json, Memory.newBuilder());
    FieldMask.Builder mask = FieldMask.newBuilder();
    JsonMessage.names(json).forEach(mask::addPaths);
    UpdateMemoryRequest.Builder request =
        UpdateMemoryRequest.newBuilder()
            .setNamespace(namespace)
            .setMemory(values.setMemoryId(id))
            .setUpdateMask(mask)
            .setIdempotencyKey(idempotencyKey);
    if (expectedVersion != null) {
      request.setExpectedVersion(expectedVersion);
    }
    Memory memory =
        session.connected(
            client -> client.memories().update(request.build()).execute().getMemory());
    session.answer(memory, Texts::full);
    return ExitCodes.OK;
  }

  @Command(description = "Delete one memory.", mixinStandardHelpOptions = true)
  int delete(
      @Mixin Session session,
      @Option(
              names = {"-n", "--namespace"},
              defaultValue = "")
          String namespace,
      @Option(names = "--expected-version") @Nullable Long expectedVersion,
      @Parameters(paramLabel = "ID") String id) {
    DeleteMemoryRequest.Builder request =
        DeleteMemoryRequest.newBuilder().setNamespace(namespace).setMemoryId(id);
    if (expectedVersion != null) {
      request.setExpectedVersion(expectedVersion);
    }
    session.answer(
        session.connected(client -> client.memories().delete(request.build()).execute()),
        _ -> "deleted " + id);
    return ExitCodes.OK;
  }
}
