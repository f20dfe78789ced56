package io.rekindle.node.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.model.ChunkSpan;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextChunkTest {
  @Test
  void spansAreCountedInCodePoints() {
    String content = "😀 a 漢字 e\u0301 👩‍👩‍👧 end";
    int second = content.indexOf('漢');
    int overlap = content.indexOf('字');
    int third = content.indexOf("👩");
    List<TextChunk> chunks =
        List.of(
            new TextChunk(content.substring(0, overlap), 0, overlap, 0),
            new TextChunk(content.substring(second, third), second, third, 1),
            new TextChunk(content.substring(third), third, content.length(), 2));

    assertThat(TextChunk.spans(content, chunks))
        .containsExactly(new ChunkSpan(0, 0, 5), new ChunkSpan(1, 4, 10), new ChunkSpan(2, 10, 19));
  }

  @Test
  void theOnlyChunkIsAllOfTheContent() {
    assertThat(TextChunk.spans("", List.of(new TextChunk("", 0, 0, 0))))
        .containsExactly(new ChunkSpan(0, 0, 0));
    assertThat(TextChunk.spans("😀😀", List.of(new TextChunk("😀😀", 0, 4, 0))))
        .containsExactly(new ChunkSpan(0, 0, 2));
  }
}
