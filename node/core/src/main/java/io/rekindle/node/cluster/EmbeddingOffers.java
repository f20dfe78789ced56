package io.rekindle.node.cluster;

import io.rekindle.node.config.EmbeddingRole;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.model.EmbeddingModelId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.ignite.Ignite;
import org.apache.ignite.cluster.ClusterNode;

/**
 * Which other nodes embed what is not theirs, by what each told as it joined. A node of a release
 * that told nothing takes nothing. Thread-safe; asks nobody.
 */
public final class EmbeddingOffers {
  private static final String ROLE = "rekindle.embedding.role";
  private static final String BATCHES = "rekindle.embedding.batches";

  private final Ignite ignite;

  public EmbeddingOffers(Ignite ignite) {
    this.ignite = ignite;
  }

  /**
   * A node that takes batches.
   *
   * @param batchesMax that it embeds at a time, for all together
   * @param models that it has
   */
  public record Offer(ClusterNode node, int batchesMax, Set<EmbeddingModelId> models) {}

  /** Puts what this node offers among its attributes. */
  static void tell(Map<String, Object> attributes, NodeConfig.Embedding config) {
    attributes.put(ROLE, config.role().name());
    attributes.put(BATCHES, Math.min(config.workers(), config.takenMax()));
  }

  /** Those that are there, without this node. */
  public List<Offer> others() {
    return ignite.cluster().forServers().nodes().stream()
        .filter(node -> !node.isLocal())
        .filter(node -> EmbeddingRole.ANY.name().equals(node.attribute(ROLE)))
        .map(EmbeddingOffers::offer)
        .toList();
  }

  private static Offer offer(ClusterNode node) {
    Integer batches = node.attribute(BATCHES);
    Set<EmbeddingModelId> models =
        NodeTraits.of(node.attributes()).namesAfter(NodeTraits.MODEL).stream()
            .map(EmbeddingModelId::new)
            .collect(Collectors.toUnmodifiableSet());
    return new Offer(node, batches == null ? 1 : batches, models);
  }
}
