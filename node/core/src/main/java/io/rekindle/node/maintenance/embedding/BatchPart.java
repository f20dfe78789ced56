package io.rekindle.node.maintenance.embedding;

import io.rekindle.node.embedding.EmbeddingQueue.Waiting;
import io.rekindle.node.model.EmbeddingModelId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What of a batch is of one model, and so can go to a node that has that.
 *
 * @param positions of the items in the batch, in the same order
 */
record BatchPart(EmbeddingModelId model, List<Waiting> items, List<Integer> positions) {
  private static final Logger LOG = LoggerFactory.getLogger(BatchPart.class);

  private BatchPart(EmbeddingModelId model) {
    this(model, new ArrayList<>(), new ArrayList<>());
  }

  /**
   * The parts of a batch, without what is gone.
   *
   * @param modelOf null for what is gone
   * @param carried gets those whose model could not be found out
   */
  static Collection<BatchPart> of(
      List<Waiting> batch, Function<Waiting, @Nullable EmbeddingModelId> modelOf, Carried carried) {
    Map<EmbeddingModelId, BatchPart> parts = new LinkedHashMap<>();
    for (int i = 0; i < batch.size(); i++) {
      try {
        EmbeddingModelId model = modelOf.apply(batch.get(i));
        if (model != null) {
          BatchPart part = parts.computeIfAbsent(model, BatchPart::new);
          part.items().add(batch.get(i));
          part.positions().add(i);
        }
      } catch (RuntimeException e) {
        LOG.atWarn()
            .addKeyValue("memory", batch.get(i).memoryId())
            .setCause(e)
            .log("the model of a memory could not be found out");
        carried.fail(i);
      }
    }
    return parts.values();
  }
}
