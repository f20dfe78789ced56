package io.rekindle.client;

import io.grpc.Channel;
import io.rekindle.v1.AuditServiceGrpc;
import io.rekindle.v1.ListAuditRecordsRequest;
import io.rekindle.v1.ListAuditRecordsResponse;
import io.rekindle.v1.VerifyAuditRequest;
import io.rekindle.v1.VerifyAuditResponse;
import java.time.Duration;

/** Calls about the audit. Thread-safe. */
public final class AuditCalls {
  private final Channel channel;
  private final Duration deadline;

  AuditCalls(Channel channel, Duration deadline) {
    this.channel = channel;
    this.deadline = deadline;
  }

  public Call<ListAuditRecordsResponse> list(ListAuditRecordsRequest request) {
    return Call.of(channel, AuditServiceGrpc.getListAuditRecordsMethod(), request, deadline);
  }

  /** Recomputes the chains of all nodes; on long ones give it a longer deadline. */
  public Call<VerifyAuditResponse> verify() {
    return verify("");
  }

  /**
   * As {@link #verify()}, of the chain of one node.
   *
   * @param nodeId empty for those of all
   */
  public Call<VerifyAuditResponse> verify(String nodeId) {
    return Call.of(
        channel,
        AuditServiceGrpc.getVerifyAuditMethod(),
        VerifyAuditRequest.newBuilder().setNodeId(nodeId).build(),
        deadline);
  }
}
