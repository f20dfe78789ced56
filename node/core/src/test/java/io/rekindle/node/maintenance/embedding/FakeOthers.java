package io.rekindle.node.maintenance.embedding;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.maintenance.embedding.EmbeddingGrid.Offer;
import io.rekindle.node.model.EmbeddingModelId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Other nodes, each with what it answers; who was asked is written down. */
final class FakeOthers implements EmbeddingGrid.Others {
  final List<String> asked = new ArrayList<>();
  private final Map<String, Offer> offers = new LinkedHashMap<>();
  private final Map<String, UnaryOperator<byte[]>> answers = new HashMap<>();

  void add(String id, UnaryOperator<byte[]> answer) {
    add(id, EmbeddingModelId.BGE_SMALL_EN, answer);
  }

  void add(String id, EmbeddingModelId model, UnaryOperator<byte[]> answer) {
    offers.put(id, new Offer(1, Set.of(model)));
    answers.put(id, answer);
  }

  static byte[] allDone(byte[] batch) {
    return EmbedCallCodec.writeFailures(new TreeMap<>());
  }

  static UnaryOperator<byte[]> throwing(RuntimeException error) {
    return _ -> {
      throw error;
    };
  }

  @Override
  public Map<String, Offer> offers() {
    return offers;
  }

  @Override
  public byte[] embed(String id, byte[] batch) {
    asked.add(id);
    UnaryOperator<byte[]> answer = answers.get(id);
    if (answer == null) {
      throw new RekindleException(ErrorCode.NOT_READY, "another node is gone");
    }
    return answer.apply(batch);
  }
}
