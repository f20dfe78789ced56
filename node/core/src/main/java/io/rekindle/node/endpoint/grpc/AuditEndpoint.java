package io.rekindle.node.endpoint.grpc;

import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.AuditCommand;
import io.rekindle.node.model.AuditEntry;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.Reply;
import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.AuditServiceGrpc;
import io.rekindle.v1.ListAuditRecordsRequest;
import io.rekindle.v1.ListAuditRecordsResponse;
import io.rekindle.v1.NodeAudit;
import io.rekindle.v1.VerifyAuditResponse;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code rekindle.v1.AuditService}. */
final class AuditEndpoint implements BindableService {
  private final CallContext context;

  AuditEndpoint(CallContext context) {
    this.context = context;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return new GateCalls(AuditServiceGrpc.getServiceDescriptor(), context)
        .unary(
            AuditServiceGrpc.getListAuditRecordsMethod(),
            AuditEndpoint::list,
            Reply.AuditListed.class,
            AuditEndpoint::listed)
        .unary(
            AuditServiceGrpc.getVerifyAuditMethod(),
            (request, _) -> new AuditCommand.Verify(Fields.optionalNodeId(request.getNodeId())),
            Reply.AuditsVerified.class,
            AuditEndpoint::verified)
        .build();
  }

  private static AuditCommand list(
      ListAuditRecordsRequest request, @Nullable NamespacePath namespace) {
    return new AuditCommand.ListRecords(
        Fields.optionalNamespace(request.getNamespace()),
        Fields.optionalApiKeyId(request.getApiKeyId()),
        request.getDeniedOnly() ? true : null,
        request.hasFromTime() ? Fields.instant("from_time", request.getFromTime()) : null,
        request.hasToTime() ? Fields.instant("to_time", request.getToTime()) : null,
        request.getPageSize(),
        Fields.optional(request.getPageToken()),
        Fields.optionalNodeId(request.getNodeId()));
  }

  private static ListAuditRecordsResponse listed(Reply.AuditListed reply) {
    ListAuditRecordsResponse.Builder response =
        ListAuditRecordsResponse.newBuilder()
            .addAllAuditRecords(reply.entries().stream().map(AuditEndpoint::message).toList());
    String next = reply.nextPage();
    return (next == null ? response : response.setNextPageToken(next)).build();
  }

  private static VerifyAuditResponse verified(Reply.AuditsVerified reply) {
    Reply.AuditVerified chain = reply.nodes().getFirst().chain();
    return VerifyAuditResponse.newBuilder()
        .setRecords(chain.records())
        .setHeartbeats(chain.heartbeats())
        .setLists(chain.lists())
        .setBlocks(chain.blocks())
        .setFirstSequence(chain.firstSequence())
        .setLastSequence(chain.lastSequence())
        .addAllProblems(chain.problems())
        .addAllNodes(reply.nodes().stream().map(AuditEndpoint::node).toList())
        .build();
  }

  private static NodeAudit node(Reply.NodeAudit node) {
    Reply.AuditVerified chain = node.chain();
    return NodeAudit.newBuilder()
        .setNodeId(node.nodeId())
        .setRecords(chain.records())
        .setHeartbeats(chain.heartbeats())
        .setLists(chain.lists())
        .setBlocks(chain.blocks())
        .setFirstSequence(chain.firstSequence())
        .setLastSequence(chain.lastSequence())
        .addAllProblems(chain.problems())
        .setTailSeen(node.unseen() == null)
        .setUnseenReason(Objects.requireNonNullElse(node.unseen(), ""))
        .build();
  }

  private static AuditRecord message(AuditEntry entry) {
    AuditRecord.Builder built =
        AuditRecord.newBuilder()
            .setSequence(entry.sequence())
            .setTime(Fields.timestamp(entry.time()))
            .setKind(entry.kind())
            .setRequestId(entry.requestId().toString())
            .setAction(entry.action())
            .addAllNamespaces(entry.namespaces().stream().map(NamespacePath::toString).toList())
            .addAllMemoryIds(entry.memoryIds().stream().map(Object::toString).toList())
            .setMemoryCount(entry.memoryCount())
            .setDecision(entry.decision())
            .setTransport(entry.transport())
            .setPeer(entry.peer())
            .setLatencyMicros(entry.latencyMicros())
            .setHash(entry.hash());
    ApiKeyId principal = entry.principal();
    if (principal != null) {
      built.setApiKeyId(principal.value());
    }
    String claimed = entry.claimedAgentId();
    if (claimed != null) {
      built.setClaimedAgentId(claimed);
    }
    String customerKey = entry.customerKey();
    if (customerKey != null) {
      built.setCustomerKey(customerKey);
    }
    return built.build();
  }
}
