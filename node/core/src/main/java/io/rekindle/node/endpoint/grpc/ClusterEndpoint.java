package io.rekindle.node.endpoint.grpc;

import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.rekindle.node.model.ClusterCommand;
import io.rekindle.node.model.Reply;
import io.rekindle.v1.ClusterServiceGrpc;
import io.rekindle.v1.GetStatusResponse;
import io.rekindle.v1.StatusFact;
import io.rekindle.v1.WhoAmIResponse;

/** {@code rekindle.v1.ClusterService}. */
final class ClusterEndpoint implements BindableService {
  private final CallContext context;

  ClusterEndpoint(CallContext context) {
    this.context = context;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return new GateCalls(ClusterServiceGrpc.getServiceDescriptor(), context)
        .unary(
            ClusterServiceGrpc.getGetStatusMethod(),
            (_, _) -> new ClusterCommand.GetStatus(),
            Reply.Status.class,
            ClusterEndpoint::status)
        .unary(
            ClusterServiceGrpc.getWhoAmIMethod(),
            (_, _) -> new ClusterCommand.WhoAmI(),
            Reply.Identity.class,
            reply -> WhoAmIResponse.newBuilder().setApiKey(ApiKeyMessage.of(reply.key())).build())
        .build();
  }

  private static GetStatusResponse status(Reply.Status reply) {
    GetStatusResponse.Builder response = GetStatusResponse.newBuilder();
    reply
        .facts()
        .forEach(
            (name, value) ->
                response.addFacts(StatusFact.newBuilder().setName(name).setValue(value)));
    return response.build();
  }
}
