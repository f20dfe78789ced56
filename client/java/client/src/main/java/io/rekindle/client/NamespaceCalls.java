package io.rekindle.client;

import io.grpc.Channel;
import io.rekindle.v1.CreateNamespaceRequest;
import io.rekindle.v1.CreateNamespaceResponse;
import io.rekindle.v1.DeleteNamespaceRequest;
import io.rekindle.v1.DeleteNamespaceResponse;
import io.rekindle.v1.GetNamespaceRequest;
import io.rekindle.v1.GetNamespaceResponse;
import io.rekindle.v1.ListNamespacesRequest;
import io.rekindle.v1.ListNamespacesResponse;
import io.rekindle.v1.NamespaceServiceGrpc;
import java.time.Duration;

/** Calls about namespaces. Thread-safe. */
public final class NamespaceCalls {
  private final Channel channel;
  private final Duration deadline;

  NamespaceCalls(Channel channel, Duration deadline) {
    this.channel = channel;
    this.deadline = deadline;
  }

  public Call<CreateNamespaceResponse> create(CreateNamespaceRequest request) {
    return Call.ofWrite(
        channel, NamespaceServiceGrpc.getCreateNamespaceMethod(), request, deadline);
  }

  public Call<GetNamespaceResponse> get(String namespace) {
    GetNamespaceRequest request = GetNamespaceRequest.newBuilder().setNamespace(namespace).build();
    return Call.of(channel, NamespaceServiceGrpc.getGetNamespaceMethod(), request, deadline);
  }

  public Call<ListNamespacesResponse> list(ListNamespacesRequest request) {
    return Call.of(channel, NamespaceServiceGrpc.getListNamespacesMethod(), request, deadline);
  }

  public Call<DeleteNamespaceResponse> delete(DeleteNamespaceRequest request) {
    return Call.ofWrite(
        channel, NamespaceServiceGrpc.getDeleteNamespaceMethod(), request, deadline);
  }
}
