package io.rekindle.node.maintenance.embedding;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.embedding.EmbeddingQueue.Waiting;
import io.rekindle.node.maintenance.embedding.EmbeddingGrid.Offer;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.telemetry.NodeMeters;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The grid of a node that knows no other. */
public final class AloneGrid {
  private AloneGrid() {}

  /** Whatever the model, {@code embed} has it. */
  public static EmbeddingGrid of(NodeConfig.Embedding config, UnaryOperator<byte[]> embed) {
    return new EmbeddingGrid(config, here(embed), new Nobody(), _ -> {}, new NodeMeters());
  }

  static EmbeddingGrid.Node here(UnaryOperator<byte[]> embed) {
    return new EmbeddingGrid.Node() {
      @Override
      public byte[] embed(byte[] batch) {
        return embed.apply(batch);
      }

      @Override
      public boolean has(EmbeddingModelId model) {
        return true;
      }

      @Override
      public boolean isWell() {
        return true;
      }

      @Override
      public EmbeddingModelId modelOf(Waiting item) {
        return EmbeddingModelId.BGE_SMALL_EN;
      }
    };
  }

  private static final class Nobody implements EmbeddingGrid.Others {
    @Override
    public Map<String, Offer> offers() {
      return Map.of();
    }

    @Override
    public byte[] embed(String id, byte[] batch) {
      throw new AssertionError("there is no other node");
    }
  }
}
