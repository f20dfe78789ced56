package io.rekindle.cli.bench;

import io.grpc.Status;
import io.rekindle.client.RekindleClient;
import io.rekindle.client.RekindleClientException;
import io.rekindle.v1.CreateNamespaceRequest;
import io.rekindle.v1.Namespace;

/** Makes namespaces that may be there already. */
final class BenchNamespaces {
  private BenchNamespaces() {}

  /** One of the default model. */
  static void create(RekindleClient client, String name) {
    create(client, Namespace.newBuilder().setNamespace(name));
  }

  /** One whose callers bring vectors. */
  static void createExternal(RekindleClient client, String name, int dimensions) {
    create(
        client,
        Namespace.newBuilder()
            .setNamespace(name)
            .setEmbeddingModel("external")
            .setDimensions(dimensions));
  }

  private static void create(RekindleClient client, Namespace.Builder namespace) {
    try {
      client
          .namespaces()
          .create(CreateNamespaceRequest.newBuilder().setNamespace(namespace).build())
          .execute();
    } catch (RekindleClientException e) {
      if (e.code() != Status.Code.ALREADY_EXISTS) {
        throw e;
      }
    }
  }
}
