package io.rekindle.node.endpoint.grpc;

import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.StateCommand;
import io.rekindle.v1.AgentState;
import io.rekindle.v1.AgentStateServiceGrpc;
import io.rekindle.v1.DeleteAgentStateRequest;
import io.rekindle.v1.DeleteAgentStateResponse;
import io.rekindle.v1.GetAgentStateRequest;
import io.rekindle.v1.GetAgentStateResponse;
import io.rekindle.v1.ListAgentStatesRequest;
import io.rekindle.v1.ListAgentStatesResponse;
import io.rekindle.v1.SetAgentStateRequest;
import io.rekindle.v1.SetAgentStateResponse;
import org.jspecify.annotations.Nullable;

/** {@code rekindle.v1.AgentStateService}. */
final class AgentStateEndpoint implements BindableService {
  private final CallContext context;

  AgentStateEndpoint(CallContext context) {
    this.context = context;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return new GateCalls(AgentStateServiceGrpc.getServiceDescriptor(), context)
        .unary(
            AgentStateServiceGrpc.getGetAgentStateMethod(),
            AgentStateEndpoint::get,
            Reply.State.class,
            reply -> GetAgentStateResponse.newBuilder().setAgentState(state(reply.state())).build())
        .unary(
            AgentStateServiceGrpc.getSetAgentStateMethod(),
            AgentStateEndpoint::set,
            Reply.State.class,
            reply -> SetAgentStateResponse.newBuilder().setAgentState(state(reply.state())).build())
        .unary(
            AgentStateServiceGrpc.getDeleteAgentStateMethod(),
            AgentStateEndpoint::delete,
            Reply.StateDeleted.class,
            _ -> DeleteAgentStateResponse.getDefaultInstance())
        .unary(
            AgentStateServiceGrpc.getListAgentStatesMethod(),
            AgentStateEndpoint::list,
            Reply.StateListed.class,
            AgentStateEndpoint::listed)
        .build();
  }

  private static StateCommand get(GetAgentStateRequest request, @Nullable NamespacePath namespace) {
    return new StateCommand.Get(
        new StateCommand.Ref(
            Fields.namespace(request.getNamespace(), namespace),
            request.getAgentId(),
            request.getKey()));
  }

  private static StateCommand set(SetAgentStateRequest request, @Nullable NamespacePath namespace) {
    return new StateCommand.Set(
        new StateCommand.Ref(
            Fields.namespace(request.getNamespace(), namespace),
            request.getAgentId(),
            request.getKey()),
        request.getValue(),
        request.hasExpectedVersion() ? request.getExpectedVersion() : null,
        request.getSubjectId(),
        Fields.idempotencyKey(request.getIdempotencyKey()));
  }

  private static StateCommand delete(
      DeleteAgentStateRequest request, @Nullable NamespacePath namespace) {
    return new StateCommand.Delete(
        new StateCommand.Ref(
            Fields.namespace(request.getNamespace(), namespace),
            request.getAgentId(),
            request.getKey()),
        request.hasExpectedVersion() ? request.getExpectedVersion() : null,
        Fields.idempotencyKey(request.getIdempotencyKey()));
  }

  private static StateCommand list(
      ListAgentStatesRequest request, @Nullable NamespacePath namespace) {
    return new StateCommand.ListPage(
        Fields.namespace(request.getNamespace(), namespace),
        request.getAgentId(),
        request.getPageSize(),
        Fields.optional(request.getPageToken()));
  }

  private static ListAgentStatesResponse listed(Reply.StateListed reply) {
    ListAgentStatesResponse.Builder response =
        ListAgentStatesResponse.newBuilder()
            .addAllAgentStates(reply.states().stream().map(AgentStateEndpoint::state).toList());
    String next = reply.nextPage();
    return (next == null ? response : response.setNextPageToken(next)).build();
  }

  private static AgentState state(io.rekindle.node.model.AgentState state) {
    return AgentState.newBuilder()
        .setNamespace(state.namespace().toString())
        .setAgentId(state.agentId())
        .setKey(state.key())
        .setValue(state.value())
        .setVersion(state.version())
        .setCreatedAt(Fields.timestamp(state.createdAt()))
        .setUpdatedAt(Fields.timestamp(state.updatedAt()))
        .build();
  }
}
