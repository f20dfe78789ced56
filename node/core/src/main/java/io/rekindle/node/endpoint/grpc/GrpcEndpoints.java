package io.rekindle.node.endpoint.grpc;

import io.grpc.BindableService;
import java.util.List;

/** The services of {@code rekindle.v1}. */
final class GrpcEndpoints {
  private GrpcEndpoints() {}

  static List<BindableService> of(CallContext context) {
    return List.of(
        new MemoryEndpoint(context),
        new AgentStateEndpoint(context),
        new NamespaceEndpoint(context),
        new AccessEndpoint(context),
        new AuditEndpoint(context),
        new ClusterEndpoint(context),
        new BackupEndpoint(context),
        new KeyEndpoint(context));
  }
}
