package io.rekindle.node.embedding;

import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.NamespacePath;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The vectors of the last queries, so that an agent that asks again pays no model call.
 *
 * <p>The key is the root namespace, the model, and a digest of the text under a key that the caller
 * holds: the cache holds no text, and one tenant's queries can neither be guessed nor timed through
 * another's entries. Thread-safe; vectors are copied in and out.
 */
public final class QueryVectorCache {
  private record Key(NamespacePath root, EmbeddingModelId model, ByteBuffer digest) {}

  private final int entriesMax;
  private final Map<Key, float[]> entries = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param entriesMax beyond it the entry unused for longest leaves; 0 keeps nothing
   */
  public QueryVectorCache(int entriesMax) {
    this.entriesMax = entriesMax;
  }

  /**
   * The vector of a query seen before, or null.
   *
   * @param textDigest a keyed hash of the text
   */
  public synchronized float @Nullable [] find(
      NamespacePath root, EmbeddingModelId model, byte[] textDigest) {
    float[] vector = entries.get(new Key(root, model, ByteBuffer.wrap(textDigest)));
    return vector == null ? null : vector.clone();
  }

  /** Remembers a vector; see {@link #find}. */
  public synchronized void put(
      NamespacePath root, EmbeddingModelId model, byte[] textDigest, float[] vector) {
    entries.put(new Key(root, model, ByteBuffer.wrap(textDigest.clone())), vector.clone());
    if (entries.size() > entriesMax) {
      entries.remove(entries.keySet().iterator().next());
    }
  }

  /** Forgets a tenant, as when it is locked. */
  public synchronized void forget(NamespacePath root) {
    entries.keySet().removeIf(key -> key.root().equals(root));
  }

  public synchronized void clear() {
    entries.clear();
  }

  public synchronized int size() {
    return entries.size();
  }
}
