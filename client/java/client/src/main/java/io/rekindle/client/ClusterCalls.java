package io.rekindle.client;

import io.grpc.Channel;
import io.rekindle.v1.ChangeBaselineRequest;
import io.rekindle.v1.ChangeBaselineResponse;
import io.rekindle.v1.ClusterServiceGrpc;
import io.rekindle.v1.GetStatusRequest;
import io.rekindle.v1.GetStatusResponse;
import io.rekindle.v1.ListNodesRequest;
import io.rekindle.v1.ListNodesResponse;
import io.rekindle.v1.ResetLostPartitionsRequest;
import io.rekindle.v1.ResetLostPartitionsResponse;
import io.rekindle.v1.RotateGroupKeysRequest;
import io.rekindle.v1.RotateGroupKeysResponse;
import io.rekindle.v1.WhoAmIRequest;
import io.rekindle.v1.WhoAmIResponse;
import java.time.Duration;

/** Calls about the node and the caller. Thread-safe. */
public final class ClusterCalls {
  private final Channel channel;
  private final Duration deadline;

  ClusterCalls(Channel channel, Duration deadline) {
    this.channel = channel;
    this.deadline = deadline;
  }

  public Call<GetStatusResponse> status() {
    return Call.of(
        channel,
        ClusterServiceGrpc.getGetStatusMethod(),
        GetStatusRequest.getDefaultInstance(),
        deadline);
  }

  /** Which nodes there are. */
  public Call<ListNodesResponse> listNodes() {
    return Call.of(
        channel,
        ClusterServiceGrpc.getListNodesMethod(),
        ListNodesRequest.getDefaultInstance(),
        deadline);
  }

  /** Changes which nodes hold data; not repeated by itself. */
  public Call<ChangeBaselineResponse> changeBaseline(ChangeBaselineRequest request) {
    return Call.ofWrite(channel, ClusterServiceGrpc.getChangeBaselineMethod(), request, deadline);
  }

  /**
   * Serves again what had no copy in reach.
   *
   * @param acceptLoss although nodes that hold data are away
   */
  public Call<ResetLostPartitionsResponse> resetLostPartitions(boolean acceptLoss) {
    return Call.ofWrite(
        channel,
        ClusterServiceGrpc.getResetLostPartitionsMethod(),
        ResetLostPartitionsRequest.newBuilder().setAcceptLoss(acceptLoss).build(),
        deadline);
  }

  /**
   * Gives all caches new keys for their pages; not repeated by itself. It waits for checkpoints of
   * all nodes, and wants a longer deadline where much is written.
   */
  public Call<RotateGroupKeysResponse> rotateGroupKeys() {
    return Call.ofWrite(
        channel,
        ClusterServiceGrpc.getRotateGroupKeysMethod(),
        RotateGroupKeysRequest.getDefaultInstance(),
        deadline);
  }

  public Call<WhoAmIResponse> whoAmI() {
    return Call.of(
        channel,
        ClusterServiceGrpc.getWhoAmIMethod(),
        WhoAmIRequest.getDefaultInstance(),
        deadline);
  }
}
