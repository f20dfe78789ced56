package io.rekindle.node.bootstrap;

import io.rekindle.node.access.SystemPass;
import io.rekindle.node.embedding.EmbeddingModel;
import io.rekindle.node.embedding.ModelRegistry;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.Limits;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.storage.ModelPinStore;
import io.rekindle.node.storage.NamespaceStore;
import io.rekindle.node.storage.Page;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the models of this node against the namespaces. A model that is another now under the same
 * name stops the start: what it would make and what there is can't be compared. One that is gone
 * does not: only its texts wait.
 */
final class ModelsInUse {
  private static final Logger LOG = LoggerFactory.getLogger(ModelsInUse.class);

  private final ModelRegistry models;
  private final ModelPinStore pins;
  private final NamespaceStore namespaces;
  private final SystemPass pass;
  private volatile SortedMap<String, Integer> missing = new TreeMap<>();

  ModelsInUse(
      ModelRegistry models, ModelPinStore pins, NamespaceStore namespaces, SystemPass pass) {
    this.models = models;
    this.pins = pins;
    this.namespaces = namespaces;
    this.pass = pass;
  }

  /**
   * Compares the models with those that made the vectors there are.
   *
   * @throws StartRefusedException naming the model and both fingerprints
   */
  void check() {
    pins.all(pass)
        .forEach(
            (id, kept) -> {
              EmbeddingModel model = models.find(id);
              if (model == null || model.fingerprint().equals(kept)) {
                return;
              }
              if (namespacesByModel().containsKey(id)) {
                throw new StartRefusedException(
                    "The embedding model "
                        + id
                        + " made vectors as "
                        + kept
                        + " (SHA-256, pooling, digest of a passage prefix) and is "
                        + model.fingerprint()
                        + " now: put its former files back, or give the new ones another name.");
              }
              pins.forget(pass, id);
            });
  }

  /** Looks for namespaces without their model, through all of them: not while anybody waits. */
  void findMissing() {
    SortedMap<String, Integer> found = new TreeMap<>();
    namespacesByModel()
        .forEach(
            (id, count) -> {
              if (!id.equals(EmbeddingModelId.EXTERNAL) && models.find(id) == null) {
                found.put(id.value(), count);
              }
            });
    missing = found;
    found.forEach(
        (model, count) ->
            LOG.atError()
                .addKeyValue("model", model)
                .addKeyValue("namespaces", count)
                .log(
                    "an embedding model of namespaces is not configured: their texts are neither"
                        + " embedded nor searched by until it is"));
  }

  /** How many namespaces have each model that this node does not have, as of the last look. */
  SortedMap<String, Integer> missing() {
    return missing;
  }

  private Map<EmbeddingModelId, Integer> namespacesByModel() {
    Map<EmbeddingModelId, Integer> counts =
        new TreeMap<>(Comparator.comparing(EmbeddingModelId::value));
    NamespacePath after = null;
    Page<Namespace> page;
    do {
      page = page(after);
      for (Namespace namespace : page.items()) {
        counts.merge(namespace.settings().embeddingModel(), 1, Integer::sum);
        after = namespace.path();
      }
    } while (page.more());
    return counts;
  }

  private Page<Namespace> page(@Nullable NamespacePath after) {
    return namespaces.list(pass, null, Limits.PAGE_SIZE_MAX, after);
  }
}
