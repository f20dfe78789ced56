package io.rekindle.node.bootstrap;

import io.rekindle.node.embedding.EmbeddingModel;
import io.rekindle.node.embedding.TextChunk;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import java.util.List;

/**
 * A model that holds what is stored until the test lets it go, and embeds queries at once. Texts
 * with the same first word are near; one that begins with "poison" fails.
 */
final class HeldModel implements EmbeddingModel {
  private final int dimensions;
  private boolean held;
  private int waiting;

  HeldModel(int dimensions) {
    this.dimensions = dimensions;
  }

  synchronized void hold() {
    held = true;
  }

  synchronized void release() {
    held = false;
    notifyAll();
  }

  /** How many texts are held. */
  synchronized int waiting() {
    return waiting;
  }

  @Override
  public synchronized float[] embedPassage(String chunkText) {
    waiting++;
    try {
      while (held) {
        wait();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      waiting--;
    }
    if (chunkText.startsWith("poison")) {
      throw new IllegalStateException("a text that no model takes");
    }
    return embedQuery(chunkText);
  }

  @Override
  public float[] embedQuery(String text) {
    float[] vector = new float[dimensions];
    int space = text.indexOf(' ');
    String word = space < 0 ? text : text.substring(0, space);
    vector[Math.floorMod(word.hashCode(), dimensions)] = 1;
    return vector;
  }

  @Override
  public EmbeddingModelId id() {
    return new EmbeddingModelId("held");
  }

  @Override
  public int dimensions() {
    return dimensions;
  }

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
  public void warmUp() {}

  @Override
  public boolean isWarm() {
    return true;
  }

  @Override
  public void close() {}
}
