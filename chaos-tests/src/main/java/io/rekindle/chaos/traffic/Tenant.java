package io.rekindle.chaos.traffic;

import io.rekindle.client.RekindleClient;
import io.rekindle.v1.CreateApiKeyRequest;
import io.rekindle.v1.CreateNamespaceRequest;
import io.rekindle.v1.Grant;
import io.rekindle.v1.KeyScope;
import io.rekindle.v1.Namespace;
import java.util.List;

/**
 * A namespace, and the API key that opens it and no other.
 *
 * @param foreign a namespace that the key does not open
 */
public record Tenant(String namespace, String apiKey, String foreign) {
  private static final String A = "chaos/a";
  private static final String B = "chaos/b";

  /** Two namespaces of vectors that callers bring. */
  public static List<Tenant> make(RekindleClient administrator) {
    return List.of(make(administrator, A, B), make(administrator, B, A));
  }

  private static Tenant make(RekindleClient administrator, String namespace, String foreign) {
    administrator
        .namespaces()
        .create(
            CreateNamespaceRequest.newBuilder()
                .setNamespace(
                    Namespace.newBuilder()
                        .setNamespace(namespace)
                        .setEmbeddingModel("external")
                        .setDimensions(Value.DIMENSIONS))
                .build())
        .execute();
    String secret =
        administrator
            .access()
            .createKey(
                CreateApiKeyRequest.newBuilder()
                    .setDisplayName(namespace)
                    .setScope(KeyScope.KEY_SCOPE_READ_WRITE)
                    .addGrants(Grant.newBuilder().setNamespace(namespace))
                    .build())
            .execute()
            .getSecret();
    return new Tenant(namespace, secret, foreign);
  }
}
