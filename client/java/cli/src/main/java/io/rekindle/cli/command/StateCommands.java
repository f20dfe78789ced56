package io.rekindle.cli.command;

import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.Session;
import io.rekindle.v1.AgentState;
import io.rekindle.v1.DeleteAgentStateRequest;
import io.rekindle.v1.GetAgentStateRequest;
import io.rekindle.v1.ListAgentStatesRequest;
import io.rekindle.v1.SetAgentStateRequest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rekindle state get|set|delete|list}. */
@Command(
    name = "state",
    description = "Small JSON values that an agent keeps.",
    mixinStandardHelpOptions = true)
public final class StateCommands {
  @Command(description = "Show a value.", mixinStandardHelpOptions = true)
  int get(
      @Mixin Session session,
      @Option(
              names = {"-n", "--namespace"},
              defaultValue = "")
          String namespace,
      @Option(names = "--agent-id", defaultValue = "") String agentId,
      @Parameters(paramLabel = "KEY") String key) {
    GetAgentStateRequest request =
        GetAgentStateRequest.newBuilder()
            .setNamespace(namespace)
            .setAgentId(agentId)
            .setKey(key)
            .build();
    AgentState state =
        session.connected(client -> client.agentStates().get(request).execute().getAgentState());
    session.answer(state, AgentState::getValue);
    return ExitCodes.OK;
  }

  @Command(description = "Set a value.", mixinStandardHelpOptions = true)
  int set(
      @Mixin Session session,
      @Option(
              names = {"-n", "--namespace"},
              defaultValue = "")
          String namespace,
      @Option(names = "--agent-id", defaultValue = "") String agentId,
      @Option(names = "--expected-version", description = "0 demands that there is none")
          @Nullable Long expectedVersion,
      @Parameters(index = "0", paramLabel = "KEY") String key,
      @Parameters(index = "1", paramLabel = "JSON") String value) {
    SetAgentStateRequest.Builder request =
        SetAgentStateRequest.newBuilder()
            .setNamespace(namespace)
            .setAgentId(agentId)
            .setKey(key)
            .setValue(value);
    if (expectedVersion != null) {
      request.setExpectedVersion(expectedVersion);
    }
    AgentState state =
        session.connected(
            client -> client.agentStates().set(request.build()).execute().getAgentState());
    session.answer(state, set -> "set, version " + set.getVersion());
    return ExitCodes.OK;
  }

  @Command(description = "Delete a value.", mixinStandardHelpOptions = true)
  int delete(
      @Mixin Session session,
      @Option(
              names = {"-n", "--namespace"},
              defaultValue = "")
          String namespace,
      @Option(names = "--agent-id", defaultValue = "") String agentId,
      @Option(names = "--expected-version") @Nullable Long expectedVersion,
      @Parameters(paramLabel = "KEY") String key) {
    DeleteAgentStateRequest.Builder request =
        DeleteAgentStateRequest.newBuilder()
            .setNamespace(namespace)
            .setAgentId(agentId)
            .setKey(key);
    if (expectedVersion != null) {
      request.setExpectedVersion(expectedVersion);
    }
    session.answer(
        session.connected(client -> client.agentStates().delete(request.build()).execute()),
        _ -> "deleted " + key);
    return ExitCodes.OK;
  }

  @Command(description = "List values.", mixinStandardHelpOptions = true)
  int list(
      @Mixin Session session,
      @Option(
              names = {"-n", "--namespace"},
              defaultValue = "")
          String namespace,
      @Option(names = "--agent-id", defaultValue = "") String agentId,
      @Option(names = "--page-size", defaultValue = "100") int pageSize,
      @Option(names = "--page-token", defaultValue = "") String pageToken) {
    ListAgentStatesRequest request =
        ListAgentStatesRequest.newBuilder()
            .setNamespace(namespace)
            .setAgentId(agentId)
            .setPageSize(pageSize)
            .setPageToken(pageToken)
            .build();
    session.answer(
        session.connected(client -> client.agentStates().list(request).execute()),
        page ->
            Texts.page(
                page.getAgentStatesList(),
                state ->
                    "%s  %s  %s"
                        .formatted(
                            state.getAgentId(), state.getKey(), Texts.preview(state.getValue())),
                page.getNextPageToken()));
    return ExitCodes.OK;
  }
}
