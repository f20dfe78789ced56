package io.rekindle.node.bootstrap;

import static io.rekindle.node.endpoint.grpc.GrpcTestDoor.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.grpc.Channel;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.contract.TestDoor.Refused;
import io.rekindle.node.embedding.TinyModel;
import io.rekindle.node.endpoint.grpc.GrpcTenants;
import io.rekindle.node.endpoint.grpc.GrpcTestDoor;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.v1.ClusterServiceGrpc;
import io.rekindle.v1.DeleteNamespaceRequest;
import io.rekindle.v1.Distance;
import io.rekindle.v1.EmbeddingStatus;
import io.rekindle.v1.GetMemoryRequest;
import io.rekindle.v1.GetNamespaceRequest;
import io.rekindle.v1.GetStatusRequest;
import io.rekindle.v1.Memory;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.Namespace;
import io.rekindle.v1.NamespaceServiceGrpc;
import io.rekindle.v1.QueryVector;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.StatusFact;
import io.rekindle.v1.StoreMemoryRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A model of the operator's, from the first namespace to the day that its folder is gone. */
@Timeout(300)
class ConfiguredModelIT {
  private static final String SPACE = "company_a/support";

  @TempDir Path parent;

  private Path folder = Path.of("");
  private Path model = Path.of("");

  @SuppressWarnings("NullAway.Init") // Of the node that runs.
  private Channel admin;

  @BeforeEach
  void configure() throws Exception {
    folder = TestNode.init(parent.resolve("data"));
    model = new TinyModel(1).write(folder.resolve("models/tiny"));
    Files.writeString(
        folder.resolve(NodeConfigLoader.FILE),
        """
        rekindle.embedding.models-folder=models
        rekindle.embedding.attempts-max=2
        rekindle.embedding.failed-retry=PT2S
        """,
        StandardOpenOption.APPEND);
  }

  @Test
  void aModelServesItsNamespaceAndIsNeverExchangedUnderIt() throws Exception {
    run(
        () -> {
          createNamespace();
          store("refund money");
          awaitFound("refund", "refund money");
          assertThat(fact("models_missing")).isEqualTo("{}");
        });
    String former = new TinyModel(1).sha256();
    new TinyModel(2).write(model);

    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> run(() -> {}))
        .withMessage(
            "The embedding model tiny made vectors as "
                + former
                + "/mean (SHA-256, pooling, digest of a passage prefix) and is "
                + new TinyModel(2).sha256()
                + "/mean now: put its former files back, or give the new ones another name.");

    new TinyModel(1).write(model);
    run(
        () -> {
          awaitFound("refund", "refund money");
          deleteNamespace();
        });
    new TinyModel(2).write(model);
    run(
        () -> {
          createNamespace();
          store("release broken");
          awaitFound("release", "release broken");
        });
    assertThatExceptionOfType(StartRefusedException.class)
        .as("its own vectors count from now on")
        .isThrownBy(
            () -> {
              new TinyModel(1).write(model);
              run(() -> {});
            });
  }

  @Test
  void aPassagePrefixIsPartOfTheModelAndAQueryPrefixIsNot() throws Exception {
    new TinyModel(1).with("passage-prefix", "the ").write(model);
    run(
        () -> {
          createNamespace();
          store("refund money");
          awaitFound("refund", "refund money");
        });

    new TinyModel(1).write(model);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> run(() -> {}))
        .withMessageStartingWith("The embedding model tiny made vectors as ");

    new TinyModel(1).with("passage-prefix", "the ").with("query-prefix", "the ").write(model);
    run(() -> awaitFound("refund", "refund money"));
  }

  @Test
  void withoutItsModelANamespaceIsReadAndSearchedByVectors() throws Exception {
    run(
        () -> {
          createNamespace();
          store("refund money");
          awaitFound("refund", "refund money");
        });
    Files.move(model, folder.resolve("tiny-elsewhere"));

    run(
        () -> {
          await(() -> fact("models_missing").equals("{tiny=1}"));
          assertThat(diagnostics()).contains("an embedding model of namespaces is not configured");
          assertRefused("MODEL_NOT_CONFIGURED", () -> search("refund"));
          assertRefused("INVALID_ARGUMENT", () -> createNamespace("another"));
          assertThat(searchByVector()).containsExactly("refund money");
          Memory waiting = store("release");
          assertThat(get(waiting.getMemoryId()).getContent()).isEqualTo("release");
          await(() -> fact("memories_failed").equals("1"));
          assertThat(get(waiting.getMemoryId()).getEmbeddingStatus())
              .isEqualTo(EmbeddingStatus.EMBEDDING_STATUS_FAILED);
        });

    Files.move(folder.resolve("tiny-elsewhere"), model);
    run(() -> awaitFound("release", "release"));
  }

  @Test
  void aNamespaceTakesTheFormOfItsModel() throws Exception {
    run(
        () -> {
          createNamespace();
          Namespace made =
              call(() ->
                      NamespaceServiceGrpc.newBlockingStub(admin)
                          .getNamespace(
                              GetNamespaceRequest.newBuilder().setNamespace(SPACE).build()))
                  .getNamespace();
          assertThat(made.getDimensions()).isEqualTo(TinyModel.DIMENSIONS);
          assertThat(made.getDistance()).isEqualTo(Distance.DISTANCE_COSINE);
          Namespace.Builder wanted = Namespace.newBuilder().setEmbeddingModel("tiny");
          new GrpcTenants(admin)
              .create(
                  wanted
                      .setNamespace("same")
                      .setDimensions(8)
                      .setDistance(Distance.DISTANCE_COSINE)
                      .build());
          assertThatExceptionOfType(Refused.class)
              .isThrownBy(
                  () ->
                      new GrpcTenants(admin)
                          .create(wanted.setNamespace("b").setDimensions(384).build()))
              .withMessageContaining("(field: dimensions, model: tiny, expected: 8, actual: 384)");
          assertThatExceptionOfType(Refused.class)
              .isThrownBy(
                  () ->
                      new GrpcTenants(admin)
                          .create(
                              wanted.setDimensions(0).setDistance(Distance.DISTANCE_DOT).build()))
              .withMessageContaining(
                  "(field: distance, model: tiny, expected: cosine, actual: dot)");
        });
  }

  @Test
  void aStartThatAModelStopsHasTouchedNothing() throws Exception {
    run(() -> {});
    Files.writeString(model.resolve("tokenizer.json"), "{}");
    Files.writeString(folder.resolve("tmp").resolve("left-behind"), "by an earlier process");
    Map<String, String> before = FolderListing.of(folder);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> run(() -> {}))
        .withMessageStartingWith(
            "The embedding model tiny can't be used: the files of an embedding model are not the"
                + " pinned ones");
    assertThat(FolderListing.of(folder)).isEqualTo(before);
  }

  private void run(Runnable work) {
    try (TestNode node = TestNode.start(folder);
        GrpcTestDoor door = new GrpcTestDoor(node)) {
      admin = door.channel(node.adminKey());
      work.run();
    }
  }

  private void createNamespace() {
    createNamespace(SPACE);
  }

  private void createNamespace(String path) {
    new GrpcTenants(admin)
        .create(Namespace.newBuilder().setNamespace(path).setEmbeddingModel("tiny").build());
  }

  private void deleteNamespace() {
    var _ =
        call(
            () ->
                NamespaceServiceGrpc.newBlockingStub(admin)
                    .deleteNamespace(
                        DeleteNamespaceRequest.newBuilder()
                            .setNamespace(SPACE)
                            .setWithMemories(true)
                            .build()));
  }

  private Memory store(String content) {
    return call(() ->
            MemoryServiceGrpc.newBlockingStub(admin)
                .storeMemory(
                    StoreMemoryRequest.newBuilder()
                        .setNamespace(SPACE)
                        .setMemory(Memory.newBuilder().setContent(content))
                        .build()))
        .getMemory();
  }

  private Memory get(String id) {
    return call(() ->
            MemoryServiceGrpc.newBlockingStub(admin)
                .getMemory(
                    GetMemoryRequest.newBuilder().setNamespace(SPACE).setMemoryId(id).build()))
        .getMemory();
  }

  private List<String> search(String query) {
    return contents(SearchMemoriesRequest.newBuilder().setQuery(query));
  }

  private List<String> searchByVector() {
    return contents(
        SearchMemoriesRequest.newBuilder()
            .setVector(
                QueryVector.newBuilder()
                    .addAllValues(Collections.nCopies(TinyModel.DIMENSIONS, 1f))));
  }

  private List<String> contents(SearchMemoriesRequest.Builder request) {
    return call(
            () ->
                MemoryServiceGrpc.newBlockingStub(admin)
                    .searchMemories(request.addNamespaces(SPACE).setTopK(1).build()))
        .getHitsList()
        .stream()
        .map(hit -> hit.getMemory().getContent())
        .toList();
  }

  private void awaitFound(String query, String content) {
    await(() -> search(query).contains(content));
  }

  private String fact(String name) {
    return call(
            () ->
                ClusterServiceGrpc.newBlockingStub(admin)
                    .getStatus(GetStatusRequest.getDefaultInstance()))
        .getFactsList()
        .stream()
        .filter(fact -> fact.getName().equals(name))
        .map(StatusFact::getValue)
        .findFirst()
        .orElseThrow();
  }

  private String diagnostics() {
    StringBuilder all = new StringBuilder();
    try (var files = Files.list(folder.resolve("diagnostics"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        all.append(Files.readString(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all.toString();
  }

  private static void assertRefused(String reason, Runnable work) {
    assertThatExceptionOfType(Refused.class)
        .isThrownBy(work::run)
        .extracting(Refused::reason)
        .isEqualTo(reason);
  }

  private static void await(Callable<Boolean> condition) {
    try {
      for (int i = 0; i < 200 && !condition.call(); i++) {
        Thread.sleep(100);
      }
      assertThat(condition.call()).isTrue();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
