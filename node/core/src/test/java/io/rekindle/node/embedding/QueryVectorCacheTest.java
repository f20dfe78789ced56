package io.rekindle.node.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.NamespacePath;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class QueryVectorCacheTest {
  private static final NamespacePath A = NamespacePath.parse("company_a");
  private static final NamespacePath B = NamespacePath.parse("company_b");
  private static final EmbeddingModelId BGE = EmbeddingModelId.BGE_SMALL_EN;

  @Test
  void aVectorIsFoundOnlyByItsTenantModelAndText() {
    QueryVectorCache cache = new QueryVectorCache(10);
    cache.put(A, BGE, digest(1), new float[] {1, 2});
    assertThat(cache.find(A, BGE, digest(1))).containsExactly(1, 2);
    assertThat(cache.find(B, BGE, digest(1))).isNull();
    assertThat(cache.find(A, new EmbeddingModelId("other"), digest(1))).isNull();
    assertThat(cache.find(A, BGE, digest(2))).isNull();
  }

  @Test
  void theEntryUnusedForLongestLeavesFirst() {
    QueryVectorCache cache = new QueryVectorCache(2);
    cache.put(A, BGE, digest(1), new float[] {1});
    cache.put(A, BGE, digest(2), new float[] {2});
    cache.find(A, BGE, digest(1));
    cache.put(A, BGE, digest(3), new float[] {3});
    assertThat(cache.size()).isEqualTo(2);
    assertThat(cache.find(A, BGE, digest(2))).isNull();
    assertThat(cache.find(A, BGE, digest(1))).containsExactly(1);
  }

  @Test
  void aTenantCanBeForgotten() {
    QueryVectorCache cache = new QueryVectorCache(10);
    cache.put(A, BGE, digest(1), new float[] {1});
    cache.put(B, BGE, digest(1), new float[] {2});
    cache.forget(A);
    assertThat(cache.find(A, BGE, digest(1))).isNull();
    assertThat(cache.find(B, BGE, digest(1))).containsExactly(2);
  }

  @Test
  void whatCallersDoToTheirArraysChangesNothing() {
    QueryVectorCache cache = new QueryVectorCache(10);
    byte[] digest = digest(1);
    float[] vector = {1};
    cache.put(A, BGE, digest, vector);
    digest[0] = 9;
    vector[0] = 9;
    float[] found = Objects.requireNonNull(cache.find(A, BGE, digest(1)));
    assertThat(found).containsExactly(1);
    found[0] = 9;
    assertThat(cache.find(A, BGE, digest(1))).containsExactly(1);
  }

  @Test
  void aCacheOfNoEntriesKeepsNone() {
    QueryVectorCache cache = new QueryVectorCache(0);
    cache.put(A, BGE, digest(1), new float[] {1});
    assertThat(cache.size()).isZero();
  }

  private static byte[] digest(int first) {
    byte[] digest = new byte[32];
    digest[0] = (byte) first;
    return digest;
  }
}
