package io.rekindle.node.bootstrap;

import static io.rekindle.node.endpoint.grpc.GrpcTestDoor.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.grpc.Channel;
import io.rekindle.node.endpoint.grpc.GrpcTenants;
import io.rekindle.node.endpoint.grpc.GrpcTestDoor;
import io.rekindle.v1.EmbeddingStatus;
import io.rekindle.v1.GetMemoryRequest;
import io.rekindle.v1.GetNamespaceRequest;
import io.rekindle.v1.Memory;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.Namespace;
import io.rekindle.v1.NamespaceServiceGrpc;
import io.rekindle.v1.SearchHit;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.StoreMemoryRequest;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A namespace of the fast built-in model, over a real connection, from the store to the search. */
@Timeout(120)
class MiniLmIT {
  private static final String REFUND =
      "The customer asked for a refund of order 4711 because the parcel arrived damaged.";
  private static final String RELEASE =
      "The deployment failed: the database migration timed out after ten minutes.";
  private static final String TEA = "Every afternoon the whole team drinks green tea together.";

  private final GrpcTestDoor door = new GrpcTestDoor(TestNode.shared());
  private final Channel admin = door.channel(TestNode.shared().adminKey());
  private final String space = "minilm-" + UUID.randomUUID().toString().substring(0, 8);

  @BeforeEach
  void create() {
    new GrpcTenants(admin)
        .create(
            Namespace.newBuilder()
                .setNamespace(space)
                .setEmbeddingModel("all-minilm-l6-v2")
                .build());
  }

  @AfterEach
  void close() {
    door.close();
  }

  @Test
  void whatIsStoredIsEmbeddedByTheModelAndFoundByItsMeaning() throws Exception {
    assertThat(namespace().getDimensions()).isEqualTo(384);
    for (String content : List.of(REFUND, RELEASE, TEA)) {
      Memory memory = awaitEmbedded(store(content));
      assertThat(memory.getEmbeddingModel()).isEqualTo("all-minilm-l6-v2");
    }
    assertThat(search("Who wants their money back?").getMemory().getContent()).isEqualTo(REFUND);
    assertThat(search("Why did the release break?").getMemory().getContent()).isEqualTo(RELEASE);
    assertThat(search("beverages").getMemory().getContent()).isEqualTo(TEA);
  }

  @Test
  void aQueryHasNoPrefix() throws Exception {
    awaitEmbedded(store(REFUND));
    assertThat(search(REFUND).getScore()).isCloseTo(1f, within(1e-4f));
  }

  @Test
  void theEndOfAContentBeyondTheWindowHasAVectorOfItsOwn() throws Exception {
    String end = (REFUND + " ").repeat(8);
    awaitEmbedded(store("The weather was mild and dry. ".repeat(34) + end));
    assertThat(search(end).getScore()).isGreaterThan(0.8f);
  }

  private Namespace namespace() {
    return call(() ->
            NamespaceServiceGrpc.newBlockingStub(admin)
                .getNamespace(GetNamespaceRequest.newBuilder().setNamespace(space).build()))
        .getNamespace();
  }

  private String store(String content) {
    return call(() ->
            MemoryServiceGrpc.newBlockingStub(admin)
                .storeMemory(
                    StoreMemoryRequest.newBuilder()
                        .setNamespace(space)
                        .setMemory(Memory.newBuilder().setContent(content))
                        .build()))
        .getMemory()
        .getMemoryId();
  }

  private Memory awaitEmbedded(String id) throws InterruptedException {
    GetMemoryRequest request =
        GetMemoryRequest.newBuilder().setNamespace(space).setMemoryId(id).build();
    while (true) {
      Memory memory =
          call(() -> MemoryServiceGrpc.newBlockingStub(admin).getMemory(request)).getMemory();
      if (memory.getEmbeddingStatus() == EmbeddingStatus.EMBEDDING_STATUS_EMBEDDED) {
        return memory;
      }
      Thread.sleep(50);
    }
  }

  private SearchHit search(String query) {
    return call(() ->
            MemoryServiceGrpc.newBlockingStub(admin)
                .searchMemories(
                    SearchMemoriesRequest.newBuilder()
                        .addNamespaces(space)
                        .setQuery(query)
                        .setTopK(1)
                        .build()))
        .getHits(0);
  }
}
