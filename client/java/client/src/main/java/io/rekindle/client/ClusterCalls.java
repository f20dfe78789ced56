package io.rekindle.client;

import io.grpc.Channel;
import io.rekindle.v1.ClusterServiceGrpc;
import io.rekindle.v1.GetStatusRequest;
import io.rekindle.v1.GetStatusResponse;
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

  public Call<WhoAmIResponse> whoAmI() {
    return Call.of(
        channel,
        ClusterServiceGrpc.getWhoAmIMethod(),
        WhoAmIRequest.getDefaultInstance(),
        deadline);
  }
}
