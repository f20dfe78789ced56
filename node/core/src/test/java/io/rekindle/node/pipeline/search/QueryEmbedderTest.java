package io.rekindle.node.pipeline.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.embedding.CallWatch;
import io.rekindle.node.embedding.ModelRegistry;
import io.rekindle.node.embedding.QueryVectorCache;
import io.rekindle.node.maintenance.embedding.TestModel;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSelector;
import io.rekindle.node.model.Ranking;
import io.rekindle.node.model.WaitFor;
import io.rekindle.node.storage.StorageNode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QueryEmbedderTest {
  private static final Namespace NAMESPACE =
      new Namespace(
          new NamespaceId(new UUID(1, 64)),
          NamespacePath.parse("company_a/support"),
          StorageNode.modelSettings(1),
          Instant.EPOCH,
          1);

  private final QueryVectorCache cache = new QueryVectorCache(10);
  private boolean locksMeanwhile;
  private boolean open = true;
  private CallWatch watch;
  private QueryEmbedder embedder;

  @BeforeEach
  void start() throws Exception {
    watch =
        CallWatch.ofQueries(
            NodeConfigLoader.load(Path.of("there-is-no-such-folder"), Map.of()).embedding());
    embedder =
        new QueryEmbedder(
            new ModelRegistry(
                List.of(
                    new TestModel(
                        EmbeddingModelId.BGE_SMALL_EN, StorageNode.DIMENSIONS, this::embed))),
            watch,
            cache,
            bytes -> bytes,
            _ -> open);
  }

  @AfterEach
  void stop() {
    watch.close();
  }

  private float[] embed(String text) {
    if (locksMeanwhile) {
      open = false;
      cache.forget(NAMESPACE.path().root());
    }
    return new float[StorageNode.DIMENSIONS];
  }

  @Test
  void theVectorOfATextIsKept() {
    search();
    assertThat(cache.size()).isEqualTo(1);
  }

  @Test
  void itIsNotKeptWhenTheTenantIsLockedWhileTheModelWorks() {
    locksMeanwhile = true;
    search();
    assertThat(cache.size()).isZero();
  }

  private void search() {
    var _ =
        embedder.vectorOf(
            new MemoryCommand.Search(
                NamespaceSelector.of(NAMESPACE.path()),
                "a text",
                null,
                10,
                null,
                null,
                null,
                1,
                Ranking.BY_MEANING,
                WaitFor.NOTHING),
            List.of(NAMESPACE));
  }
}
