package io.rekindle.node.pipeline.search;

import io.rekindle.node.embedding.CallWatch;
import io.rekindle.node.embedding.EmbeddingModel;
import io.rekindle.node.embedding.ModelRegistry;
import io.rekindle.node.embedding.QueryVectorCache;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespacePath;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The vector of a query: the caller's own, or the text's under the model of the namespaces. Vectors
 * of texts are cached by root namespace, model and a keyed hash, so that the cache tells one
 * customer nothing of another's queries, and as long as the root's key is open. Thread-safe.
 *
 * <p>A text on which the model hangs costs its own search, and its caller's time for no longer than
 * {@code rekindle.embedding.query-timeout}; other texts, and whoever brings a vector, are served.
 */
public final class QueryEmbedder {
  private final ModelRegistry models;
  private final CallWatch watch;
  private final QueryVectorCache cache;
  private final UnaryOperator<byte[]> keyedHash;
  private final Predicate<Namespace> isOpen;

  /**
   * @param isOpen whether the key of a namespace may be used; whoever closes it makes the cache
   *     forget its root afterwards
   */
  public QueryEmbedder(
      ModelRegistry models,
      CallWatch watch,
      QueryVectorCache cache,
      UnaryOperator<byte[]> keyedHash,
      Predicate<Namespace> isOpen) {
    this.models = models;
    this.watch = watch;
    this.cache = cache;
    this.keyedHash = keyedHash;
    this.isOpen = isOpen;
  }

  /**
   * Embeds the query of a search.
   *
   * @param namespaces at least one; all of one model and dimensions
   * @throws RekindleException MODEL_MISMATCH naming both models; INVALID_ARGUMENT for a vector of
   *     other dimensions, or a text where the model is {@code external}; DEADLINE_EXCEEDED when the
   *     model does not end with the text, NOT_READY when it hangs on too many others
   */
  float[] vectorOf(MemoryCommand.Search command, List<Namespace> namespaces) {
    Namespace first = namespaces.getFirst();
    namespaces.forEach(namespace -> checkSameModel(first, namespace));
    if (command.vector() != null) {
      int dimensions = command.vector().values().length;
      if (dimensions != first.settings().dimensions()) {
        throw new RekindleException(
            ErrorCode.INVALID_ARGUMENT,
            "the vector has other dimensions than the namespace",
            Map.of(
                "field",
                "vector",
                "dimensions",
                Integer.toString(dimensions),
                "expected",
                Integer.toString(first.settings().dimensions())));
      }
      return command.vector().values();
    }
    if (first.settings().embeddingModel().equals(EmbeddingModelId.EXTERNAL)) {
      throw RekindleException.invalid(
          "query", "the namespace's model is external: search by vector");
    }
    return embed(java.util.Objects.requireNonNull(command.text()), first);
  }

  private float[] embed(String text, Namespace namespace) {
    EmbeddingModel model = models.get(namespace.settings().embeddingModel());
    byte[] hash = keyedHash.apply(text.getBytes(StandardCharsets.UTF_8));
    NamespacePath root = namespace.path().root();
    float[] cached = cache.find(root, model.id(), hash);
    if (cached != null) {
      return cached;
    }
    if (!model.isWarm()) {
      // Loading takes its time too, and no text is to blame for it.
      model.warmUp();
    }
    float[] vector = watch.over(model, root.toString()).embedQuery(text);
    cache.put(root, model.id(), hash, vector);
    if (!isOpen.test(namespace)) {
      cache.forget(root); // Closed while the model worked: the root has been forgotten already.
    }
    return vector;
  }

  private static void checkSameModel(Namespace one, Namespace other) {
    if (!one.settings().embeddingModel().equals(other.settings().embeddingModel())
        || one.settings().dimensions() != other.settings().dimensions()
        || one.settings().distance() != other.settings().distance()) {
      throw new RekindleException(
          ErrorCode.MODEL_MISMATCH,
          "namespaces of different models can't be searched together",
          Map.of(
              "model", one.settings().embeddingModel().value(),
              "other_model", other.settings().embeddingModel().value()));
    }
  }
}
