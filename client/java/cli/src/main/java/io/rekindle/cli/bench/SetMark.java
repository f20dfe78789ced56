package io.rekindle.cli.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.Status;
import io.rekindle.cli.CommandFailedException;
import io.rekindle.cli.bench.data.DataSet;
import io.rekindle.client.RekindleClient;
import io.rekindle.client.RekindleClientException;
import io.rekindle.v1.AgentState;
import io.rekindle.v1.GetAgentStateRequest;
import io.rekindle.v1.SetAgentStateRequest;

/** How far a data set is stored: an agent state in its namespace. */
final class SetMark {
  private static final String AGENT = "bench";
  private static final String KEY = "prepared";

  private final RekindleClient client;
  private final DataSet data;

  SetMark(RekindleClient client, DataSet data) {
    this.client = client;
    this.data = data;
  }

  /**
   * What is there.
   *
   * @param stored memories, from the first on
   * @param extras whether other ones may be beside them
   */
  record Progress(int stored, boolean extras) {
    static Progress parse(String value, int memories) {
      try {
        JsonNode root = new ObjectMapper().readTree(value);
        int stored = root.path("stored").asInt(-1);
        if (stored >= 0 && stored <= memories && root.path("extras").isBoolean()) {
          return new Progress(stored, root.get("extras").asBoolean());
        }
      } catch (JsonProcessingException e) {
        throw new CommandFailedException(unreadable(value), e);
      }
      throw new CommandFailedException(unreadable(value));
    }

    String text() {
      return "{\"stored\":%d,\"extras\":%b}".formatted(stored, extras);
    }

    private static String unreadable(String value) {
      return "the mark of a prepared namespace says " + value + ": take another --data-folder";
    }
  }

  Progress read() {
    try {
      AgentState state =
          client
              .agentStates()
              .get(
                  GetAgentStateRequest.newBuilder()
                      .setNamespace(data.name())
                      .setAgentId(AGENT)
                      .setKey(KEY)
                      .build())
              .execute()
              .getAgentState();
      return Progress.parse(state.getValue(), data.memories());
    } catch (RekindleClientException e) {
      if (e.code() == Status.Code.NOT_FOUND) {
        return new Progress(0, false);
      }
      throw e;
    }
  }

  void write(int stored, boolean extras) {
    client
        .agentStates()
        .set(
            SetAgentStateRequest.newBuilder()
                .setNamespace(data.name())
                .setAgentId(AGENT)
                .setKey(KEY)
                .setValue(new Progress(stored, extras).text())
                .build())
        .execute();
  }
}
