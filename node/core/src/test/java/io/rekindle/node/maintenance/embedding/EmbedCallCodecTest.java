package io.rekindle.node.maintenance.embedding;

import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.A;
import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.B;
import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.memory;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.embedding.EmbeddingQueue.Waiting;
import io.rekindle.node.model.NamespacePath;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EmbedCallCodecTest {
  @Test
  void aBatchArrivesInItsOrder() {
    List<Waiting> batch =
        List.of(memory(A, 2), memory(B, 1), memory(A, 1), memory(NamespacePath.parse("x"), 3));

    assertThat(EmbedCallCodec.read(EmbedCallCodec.write(batch))).isEqualTo(batch);
    assertThat(EmbedCallCodec.read(EmbedCallCodec.write(List.of()))).isEmpty();
  }

  @Test
  void theFailuresArriveAtTheirPositions() {
    SortedMap<Integer, Long> failed = new TreeMap<>(Map.of(0, 1L, 31, Long.MAX_VALUE));

    assertThat(EmbedCallCodec.readFailures(EmbedCallCodec.writeFailures(failed))).isEqualTo(failed);
    assertThat(EmbedCallCodec.readFailures(EmbedCallCodec.writeFailures(new TreeMap<>())).isEmpty())
        .isTrue();
  }

  @Test
  void whatIsCutOrOfALaterReleaseIsRefused() {
    byte[] message = EmbedCallCodec.write(List.of(memory(1)));
    byte[] later = message.clone();
    later[0]++;

    assertThatThrownBy(() -> EmbedCallCodec.read(Arrays.copyOf(message, message.length - 1)))
        .isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> EmbedCallCodec.read(later))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
