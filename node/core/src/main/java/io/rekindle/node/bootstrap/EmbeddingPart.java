package io.rekindle.node.bootstrap;

import io.rekindle.node.access.SystemPass;
import io.rekindle.node.cluster.EmbeddingOffers;
import io.rekindle.node.cluster.SliceCalls;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.embedding.CallWatch;
import io.rekindle.node.embedding.EmbeddingQueue.Waiting;
import io.rekindle.node.embedding.EmbeddingWaits;
import io.rekindle.node.embedding.ModelRegistry;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.maintenance.embedding.EmbedOperation;
import io.rekindle.node.maintenance.embedding.EmbeddingGrid;
import io.rekindle.node.maintenance.embedding.EmbeddingGrid.Offer;
import io.rekindle.node.maintenance.embedding.QueueTakeover;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.storage.NamespaceStore;
import io.rekindle.node.storage.row.CacheConfigurations;
import io.rekindle.node.storage.row.SliceOwners;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.ignite.Ignite;
import org.apache.ignite.cluster.ClusterNode;
import org.jspecify.annotations.Nullable;

/** This node's part in embedding what the cluster stores: with whom it shares batches, and how. */
final class EmbeddingPart {
  private EmbeddingPart() {}

  /** The grid, which from here on takes batches of others. */
  static EmbeddingGrid begin(
      NodeParts parts,
      Ignite ignite,
      NamespaceStore namespaces,
      EmbedOperation operation,
      CallWatch watch,
      EmbeddingWaits waits,
      SystemPass pass) {
    NodeConfig.Embedding config = parts.config().embedding();
    SliceCalls calls = SliceCalls.of(ignite);
    EmbeddingGrid grid =
        new EmbeddingGrid(
            config,
            new Here(operation, watch, config.hungCallsMax(), parts.models(), namespaces, pass),
            new There(new EmbeddingOffers(ignite), calls, config.sentTimeout()),
            waits::changed,
            parts.meters());
    calls.register(EmbedOperation.NAME, grid::take);
    return grid;
  }

  /** What looks whether rows became this node's to embed, to be asked now and then. */
  static QueueTakeover takeover(Ignite ignite, BooleanSupplier room, BooleanSupplier offerPending) {
    SliceOwners owners = new SliceOwners(ignite);
    return new QueueTakeover(
        () ->
            IntStream.range(0, CacheConfigurations.SLICE_PARTITIONS)
                .filter(owners::isHere)
                .boxed()
                .collect(Collectors.toUnmodifiableSet()),
        () -> nodes(ignite),
        room,
        offerPending);
  }

  private static Set<String> nodes(Ignite ignite) {
    return ignite.cluster().forServers().nodes().stream()
        .map(EmbeddingPart::id)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Of this run of the node: one that starts again has lost its queue. */
  private static String id(ClusterNode node) {
    return node.id().toString();
  }

  private record Here(
      EmbedOperation operation,
      CallWatch watch,
      int hungMax,
      ModelRegistry models,
      NamespaceStore namespaces,
      SystemPass pass)
      implements EmbeddingGrid.Node {
    @Override
    public byte[] embed(byte[] batch) {
      return operation.run(batch);
    }

    @Override
    public boolean has(EmbeddingModelId model) {
      return models.find(model) != null;
    }

    @Override
    public boolean isWell() {
      return watch.hungCalls() < hungMax;
    }

    @Override
    public @Nullable EmbeddingModelId modelOf(Waiting item) {
      try {
        return namespaces.get(pass, item.namespace()).settings().embeddingModel();
      } catch (RekindleException e) {
        if (e.code() == ErrorCode.NAMESPACE_NOT_FOUND) {
          return null;
        }
        throw e;
      }
    }
  }

  private record There(EmbeddingOffers nodes, SliceCalls calls, Duration timeout)
      implements EmbeddingGrid.Others {
    @Override
    public Map<String, Offer> offers() {
      Map<String, Offer> offers = new LinkedHashMap<>();
      nodes
          .others()
          .forEach(
              other -> offers.put(id(other.node()), new Offer(other.batchesMax(), other.models())));
      return offers;
    }

    @Override
    public byte[] embed(String id, byte[] batch) {
      ClusterNode node =
          nodes.others().stream()
              .map(EmbeddingOffers.Offer::node)
              .filter(other -> id(other).equals(id))
              .findFirst()
              .orElseThrow(
                  () -> new RekindleException(ErrorCode.NOT_READY, "another node is gone"));
      return calls.call(SliceCalls.Lane.EMBEDDING, node, EmbedOperation.NAME, batch, timeout);
    }
  }
}
