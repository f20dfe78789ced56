package io.rekindle.node.bootstrap;

import static io.rekindle.node.endpoint.grpc.GrpcTestDoor.call;
import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.endpoint.grpc.GrpcTenants;
import io.rekindle.node.kms.SwitchedKeys.Switch;
import io.rekindle.v1.EmbeddingStatus;
import io.rekindle.v1.GetMemoryRequest;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.MemoryServiceGrpc.MemoryServiceBlockingStub;
import io.rekindle.v1.Namespace;
import io.rekindle.v1.SearchMemoriesRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a lock does to vectors that are kept in memory, and to those that are still to be made. */
class TenantVectorsIT extends TenantKeysFixture {
  @Test
  void vectorsOfALockedTenantsQueriesAreForgottenAndThoseOfOthersKept() throws Exception {
    Tenant locked = new Tenant("acme");
    Tenant other = new Tenant("globex");
    String texts = texts(locked);
    String others = texts(other);
    ask(texts, "what colour is the sky?");
    ask(others, "what colour is the sky?");
    ask(others, "what colour is the sea?");
    assertThat(queryVectors()).isEqualTo(3);

    set("acme", Switch.REVOKED);
    await(() -> isLocked(locked));
    await(() -> queryVectors() == 2);

    set("acme", Switch.ON);
    await(() -> !isLocked(locked));
    ask(texts, "what colour is the sky?");
    assertThat(queryVectors()).isEqualTo(3);
  }

  /** Where the next sweep is far away. */
  @Test
  void whatWaitsForItsVectorIsTakenUpWhenItsTenantIsUnlocked() throws Exception {
    Tenant tenant = new Tenant("acme");
    String texts = texts(tenant);
    String before = Files.readString(configuration());
    String seldom = before + "\nrekindle.maintenance.sweep-interval=PT1H\n";
    restartWith(seldom + "rekindle.embedding.role=none\n");
    List<String> waiting = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiting.add(caller().store(texts, TEXT).memoryId());
    }
    set("acme", Switch.REVOKED);
    restartWith(seldom);
    tenant.assertLocked();

    set("acme", Switch.ON);
    await(() -> !isLocked(tenant));
    for (String id : waiting) {
      await(() -> isEmbedded(texts, id));
    }
    restartWith(before);
  }

  private void restartWith(String properties) throws IOException {
    stop();
    Files.writeString(configuration(), properties);
    begin(node.folder());
  }

  private Path configuration() {
    return node.folder().resolve("node.properties");
  }

  private String texts(Tenant tenant) {
    String texts = tenant.root + "/texts";
    new GrpcTenants(admin()).create(Namespace.newBuilder().setNamespace(texts).build());
    return texts;
  }

  private void ask(String space, String query) {
    SearchMemoriesRequest request =
        SearchMemoriesRequest.newBuilder().addNamespaces(space).setQuery(query).build();
    assertThat(call(() -> memories().searchMemories(request)).getHitsCount()).isZero();
  }

  private boolean isEmbedded(String space, String id) {
    GetMemoryRequest request =
        GetMemoryRequest.newBuilder().setNamespace(space).setMemoryId(id).build();
    return call(() -> memories().getMemory(request)).getMemory().getEmbeddingStatus()
        == EmbeddingStatus.EMBEDDING_STATUS_EMBEDDED;
  }

  private int queryVectors() {
    return node.shell()
        .metrics()
        .lines()
        .filter(line -> line.startsWith("rekindle_embedding_query_vectors "))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(line.indexOf(' '))))
        .findFirst()
        .orElseThrow();
  }

  private MemoryServiceBlockingStub memories() {
    return MemoryServiceGrpc.newBlockingStub(admin());
  }
}
