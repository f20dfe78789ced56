package io.rekindle.client;

import io.grpc.Channel;
import io.rekindle.v1.AgentStateServiceGrpc;
import io.rekindle.v1.DeleteAgentStateRequest;
import io.rekindle.v1.DeleteAgentStateResponse;
import io.rekindle.v1.GetAgentStateRequest;
import io.rekindle.v1.GetAgentStateResponse;
import io.rekindle.v1.ListAgentStatesRequest;
import io.rekindle.v1.ListAgentStatesResponse;
import io.rekindle.v1.SetAgentStateRequest;
import io.rekindle.v1.SetAgentStateResponse;
import java.time.Duration;

/** Calls about agent state. Writes without an idempotency key get one. Thread-safe. */
public final class AgentStateCalls {
  private final Channel channel;
  private final Duration deadline;

  AgentStateCalls(Channel channel, Duration deadline) {
    this.channel = channel;
    this.deadline = deadline;
  }

  public Call<GetAgentStateResponse> get(GetAgentStateRequest request) {
    return Call.of(channel, AgentStateServiceGrpc.getGetAgentStateMethod(), request, deadline);
  }

  public Call<SetAgentStateResponse> set(SetAgentStateRequest request) {
    SetAgentStateRequest keyed =
        request.getIdempotencyKey().isEmpty()
            ? request.toBuilder().setIdempotencyKey(IdempotencyKeys.next()).build()
            : request;
    return Call.ofWrite(channel, AgentStateServiceGrpc.getSetAgentStateMethod(), keyed, deadline);
  }

  public Call<DeleteAgentStateResponse> delete(DeleteAgentStateRequest request) {
    DeleteAgentStateRequest keyed =
        request.getIdempotencyKey().isEmpty()
            ? request.toBuilder().setIdempotencyKey(IdempotencyKeys.next()).build()
            : request;
    return Call.ofWrite(
        channel, AgentStateServiceGrpc.getDeleteAgentStateMethod(), keyed, deadline);
  }

  public Call<ListAgentStatesResponse> list(ListAgentStatesRequest request) {
    return Call.of(channel, AgentStateServiceGrpc.getListAgentStatesMethod(), request, deadline);
  }
}
