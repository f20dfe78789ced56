package io.rekindle.node.maintenance.embedding;

import io.rekindle.node.embedding.EmbeddingModel;
import io.rekindle.node.embedding.TextChunk;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import java.util.List;
import java.util.function.Function;

/** A model that a test writes: one chunk a text, its vector what the function says. */
public record TestModel(EmbeddingModelId id, int dimensions, Function<String, float[]> vectors)
    implements EmbeddingModel {

  @Override
  public Distance distance() {
    return Distance.COSINE;
  }

  @Override
  public String sha256() {
    return "0".repeat(64);
  }

  @Override
  public List<TextChunk> chunks(String content) {
    return List.of(new TextChunk(content, 0, content.length(), 0));
  }

  @Override
  public float[] embedPassage(String chunkText) {
    return vectors.apply(chunkText);
  }

  @Override
  public float[] embedQuery(String text) {
    return vectors.apply(text);
  }

  @Override
  public void warmUp() {}

  @Override
  public boolean isWarm() {
    return true;
  }

  @Override
  public void close() {}
}
