package io.rekindle.node.endpoint.grpc;

import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.ClusterCommand;
import io.rekindle.node.model.ClusterNodeInfo;
import io.rekindle.node.model.Limits;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NodeReport;
import io.rekindle.node.model.Reply;
import io.rekindle.v1.ChangeBaselineRequest;
import io.rekindle.v1.ChangeBaselineResponse;
import io.rekindle.v1.ClusterHealth;
import io.rekindle.v1.ClusterServiceGrpc;
import io.rekindle.v1.GetStatusResponse;
import io.rekindle.v1.ListNodesResponse;
import io.rekindle.v1.Node;
import io.rekindle.v1.NodeStatus;
import io.rekindle.v1.ResetLostPartitionsResponse;
import io.rekindle.v1.RotateGroupKeysResponse;
import io.rekindle.v1.StatusFact;
import io.rekindle.v1.StatusProblem;
import io.rekindle.v1.WhoAmIResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
        .unary(
            ClusterServiceGrpc.getListNodesMethod(),
            (_, _) -> new ClusterCommand.ListNodes(),
            Reply.Nodes.class,
            ClusterEndpoint::nodes)
        .unary(
            ClusterServiceGrpc.getChangeBaselineMethod(),
            ClusterEndpoint::change,
            Reply.BaselineChanged.class,
            ClusterEndpoint::changed)
        .unary(
            ClusterServiceGrpc.getResetLostPartitionsMethod(),
            (request, _) -> new ClusterCommand.ResetLost(request.getAcceptLoss()),
            Reply.LostReset.class,
            reply ->
                ResetLostPartitionsResponse.newBuilder()
                    .setPartitionsReset(reply.partitions())
                    .build())
        .unary(
            ClusterServiceGrpc.getRotateGroupKeysMethod(),
            (_, _) -> new ClusterCommand.RotateGroupKeys(),
            Reply.GroupKeysRotated.class,
            reply -> RotateGroupKeysResponse.newBuilder().setGroups(reply.groups()).build())
        .build();
  }

  private static ListNodesResponse nodes(Reply.Nodes reply) {
    return ListNodesResponse.newBuilder()
        .addAllNodes(reply.nodes().stream().map(ClusterEndpoint::node).toList())
        .setHealth(
            ClusterHealth.newBuilder()
                .setBackups(reply.health().backups())
                .setCopiesMissing(reply.health().copiesMissing())
                .setPartitionsLost(reply.health().partitionsLost())
                .setClockDifferenceMillis(reply.health().clockDifferenceMillis()))
        .build();
  }

  private static Node node(ClusterNodeInfo node) {
    return Node.newBuilder()
        .setNodeId(node.id())
        .addAllAddresses(node.addresses())
        .setInBaseline(node.inBaseline())
        .setOnline(node.online())
        .build();
  }

  private static ClusterCommand change(
      ChangeBaselineRequest request, @Nullable NamespacePath namespace) {
    Limits.requireAtMost("add_node_ids", request.getAddNodeIdsCount(), Limits.NODES_MAX, "nodes");
    Limits.requireAtMost(
        "remove_node_ids", request.getRemoveNodeIdsCount(), Limits.NODES_MAX, "nodes");
    if (request.getAddNodeIdsCount() + request.getRemoveNodeIdsCount() == 0) {
      throw new RekindleException(
          ErrorCode.INVALID_ARGUMENT,
          "a change names at least one node",
          Map.of("field", "add_node_ids"));
    }
    return new ClusterCommand.ChangeBaseline(
        new HashSet<>(request.getAddNodeIdsList()),
        new HashSet<>(request.getRemoveNodeIdsList()),
        request.getValidateOnly(),
        request.getAcceptLoss());
  }

  private static ChangeBaselineResponse changed(Reply.BaselineChanged reply) {
    return ChangeBaselineResponse.newBuilder()
        .addAllNodes(reply.nodes().stream().map(ClusterEndpoint::node).toList())
        .setCopiesMoved(reply.copiesMoved())
        .setPartitionsLost(reply.partitionsLost())
        .build();
  }

  private static GetStatusResponse status(Reply.Status reply) {
    GetStatusResponse.Builder response =
        GetStatusResponse.newBuilder().addAllFacts(facts(reply.facts()));
    for (io.rekindle.node.model.StatusProblem problem : reply.problems()) {
      response.addProblems(
          StatusProblem.newBuilder()
              .setCode(problem.code())
              .setNodeId(problem.nodeId())
              .setText(problem.text()));
    }
    for (NodeReport node : reply.nodes()) {
      response.addNodes(
          NodeStatus.newBuilder()
              .setNodeId(node.nodeId())
              .setAnswered(node.answered())
              .addAllFacts(facts(node.facts())));
    }
    return response.build();
  }

  private static List<StatusFact> facts(Map<String, String> facts) {
    return facts.entrySet().stream()
        .map(it -> StatusFact.newBuilder().setName(it.getKey()).setValue(it.getValue()).build())
        .toList();
  }
}
