package io.rekindle.node.embedding;

import io.rekindle.node.model.ChunkSpan;
import java.util.ArrayList;
import java.util.List;

/**
 * A piece of a content that has one vector.
 *
 * @param text the content from {@code startChar} to {@code endChar}
 * @param startChar inclusive, in UTF-16 code units, never inside a surrogate pair
 * @param endChar exclusive, as {@code startChar}
 * @param index from 0, in the order of the content
 */
public record TextChunk(String text, int startChar, int endChar, int index) {
  /**
   * Where chunks lie in their content, in code points: what every client's language can count.
   *
   * @param chunks in the order of the content
   */
  static List<ChunkSpan> spans(String content, List<TextChunk> chunks) {
    List<ChunkSpan> spans = new ArrayList<>(chunks.size());
    int startChar = 0;
    int start = 0;
    for (TextChunk chunk : chunks) {
      start += content.codePointCount(startChar, chunk.startChar());
      startChar = chunk.startChar();
      int end = start + content.codePointCount(startChar, chunk.endChar());
      spans.add(new ChunkSpan(chunk.index(), start, end));
    }
    return spans;
  }
}
