package io.rekindle.client;

import io.grpc.Channel;
import io.rekindle.v1.KeyServiceGrpc;
import io.rekindle.v1.ListKeysRequest;
import io.rekindle.v1.ListKeysResponse;
import io.rekindle.v1.ReplaceClusterKeyRequest;
import io.rekindle.v1.ReplaceClusterKeyResponse;
import io.rekindle.v1.RewrapClusterKeyRequest;
import io.rekindle.v1.RewrapClusterKeyResponse;
import io.rekindle.v1.RewrapTenantKeyRequest;
import io.rekindle.v1.RewrapTenantKeyResponse;
import java.time.Duration;

/** Calls about the keys that wrap and seal; API keys are {@link AccessCalls}'. Thread-safe. */
public final class KeyCalls {
  private final Channel channel;
  private final Duration deadline;

  KeyCalls(Channel channel, Duration deadline) {
    this.channel = channel;
    this.deadline = deadline;
  }

  /** Which keys there are, and how old; never a key. */
  public Call<ListKeysResponse> list() {
    return Call.of(
        channel,
        KeyServiceGrpc.getListKeysMethod(),
        ListKeysRequest.getDefaultInstance(),
        deadline);
  }

  /** Has all nodes wrap the cluster key anew; not repeated by itself. */
  public Call<RewrapClusterKeyResponse> rewrapCluster() {
    return Call.ofWrite(
        channel,
        KeyServiceGrpc.getRewrapClusterKeyMethod(),
        RewrapClusterKeyRequest.getDefaultInstance(),
        deadline);
  }

  /** Gives the cluster a new key; not repeated by itself, and may take minutes. */
  public Call<ReplaceClusterKeyResponse> replaceCluster() {
    return Call.ofWrite(
        channel,
        KeyServiceGrpc.getReplaceClusterKeyMethod(),
        ReplaceClusterKeyRequest.getDefaultInstance(),
        deadline);
  }

  /**
   * Has a root namespace's own key wrapped anew; not repeated by itself.
   *
   * @param customerKey by another of the customers' keys; empty for the newest version of the same
   */
  public Call<RewrapTenantKeyResponse> rewrapTenant(String root, String customerKey) {
    return Call.ofWrite(
        channel,
        KeyServiceGrpc.getRewrapTenantKeyMethod(),
        RewrapTenantKeyRequest.newBuilder().setNamespace(root).setCustomerKey(customerKey).build(),
        deadline);
  }
}
