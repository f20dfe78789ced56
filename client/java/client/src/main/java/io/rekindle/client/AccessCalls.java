package io.rekindle.client;

import io.grpc.Channel;
import io.rekindle.v1.AccessServiceGrpc;
import io.rekindle.v1.AddGrantRequest;
import io.rekindle.v1.AddGrantResponse;
import io.rekindle.v1.CreateApiKeyRequest;
import io.rekindle.v1.CreateApiKeyResponse;
import io.rekindle.v1.ListApiKeysRequest;
import io.rekindle.v1.ListApiKeysResponse;
import io.rekindle.v1.RemoveGrantRequest;
import io.rekindle.v1.RemoveGrantResponse;
import io.rekindle.v1.RevokeApiKeyRequest;
import io.rekindle.v1.RevokeApiKeyResponse;
import java.time.Duration;

/** Calls about API keys and grants. Thread-safe. */
public final class AccessCalls {
  private final Channel channel;
  private final Duration deadline;

  AccessCalls(Channel channel, Duration deadline) {
    this.channel = channel;
    this.deadline = deadline;
  }

  /** The answer is the only time that the key's secret is shown. */
  public Call<CreateApiKeyResponse> createKey(CreateApiKeyRequest request) {
    return Call.ofWrite(channel, AccessServiceGrpc.getCreateApiKeyMethod(), request, deadline);
  }

  public Call<ListApiKeysResponse> listKeys(ListApiKeysRequest request) {
    return Call.of(channel, AccessServiceGrpc.getListApiKeysMethod(), request, deadline);
  }

  public Call<RevokeApiKeyResponse> revokeKey(String apiKeyId) {
    RevokeApiKeyRequest request = RevokeApiKeyRequest.newBuilder().setApiKeyId(apiKeyId).build();
    return Call.ofWrite(channel, AccessServiceGrpc.getRevokeApiKeyMethod(), request, deadline);
  }

  public Call<AddGrantResponse> addGrant(AddGrantRequest request) {
    return Call.ofWrite(channel, AccessServiceGrpc.getAddGrantMethod(), request, deadline);
  }

  public Call<RemoveGrantResponse> removeGrant(RemoveGrantRequest request) {
    return Call.ofWrite(channel, AccessServiceGrpc.getRemoveGrantMethod(), request, deadline);
  }
}
