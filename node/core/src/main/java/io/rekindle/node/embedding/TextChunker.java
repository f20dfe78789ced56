package io.rekindle.node.embedding;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a text into overlapping chunks of at most so many tokens, between words.
 *
 * <p>The chunks together are the whole text: what lies between two words (spaces, marks that the
 * model does not read) belongs to the chunk of the word before. A chunk is tokenised again when it
 * is embedded, so each is measured alone before it is given out, behind its prefix: the word that a
 * prefix ends in and the one that a chunk begins with may be other tokens together than apart.
 *
 * @param prefix of each chunk when it is embedded; not part of it
 * @param tokensMax of prefix and chunk together
 * @param textTokens of the chunk alone, about
 * @param overlap tokens that a chunk repeats of the one before
 */
record TextChunker(Tokenizer tokenizer, String prefix, int tokensMax, int textTokens, int overlap) {
  static TextChunker of(Tokenizer tokenizer, String prefix, int tokensMax, int overlap) {
    return new TextChunker(
        tokenizer, prefix, tokensMax, tokensMax - tokenizer.count(prefix), overlap);
  }

  List<TextChunk> chunks(String text) {
    Tokens tokens = tokenizer.tokenize(text);
    if (tokens.count() <= textTokens && (prefix.isEmpty() || measure(text) <= tokensMax)) {
      return List.of(new TextChunk(text, 0, text.length(), 0));
    }
    List<TextChunk> chunks = new ArrayList<>();
    int first = 0;
    int end = 0;
    while (end < tokens.count()) {
      int reached = end;
      first = end == 0 ? 0 : startOfNext(tokens, first, end);
      end = endOfChunk(text, tokens, first);
      if (end <= reached) {
        // Words nearly as long as a chunk: what is repeated left no room for anything new.
        first = reached;
        end = endOfChunk(text, tokens, first);
      }
      int startChar = startOf(text, tokens, first);
      int endChar = startOf(text, tokens, end);
      chunks.add(
          new TextChunk(text.substring(startChar, endChar), startChar, endChar, chunks.size()));
    }
    return chunks;
  }

  /** The token that ends a chunk, exclusive: the furthest whose chunk is within the limit. */
  private int endOfChunk(String text, Tokens tokens, int first) {
    int end = cutAtOrBefore(tokens, first, Math.min(first + textTokens, tokens.count()));
    while (end > first + 1) {
      int startChar = startOf(text, tokens, first);
      int count = measure(text.substring(startChar, startOf(text, tokens, end)));
      if (count <= tokensMax) {
        break;
      }
      end = cutAtOrBefore(tokens, first, Math.max(first + 1, end - (count - tokensMax)));
    }
    return end;
  }

  private int measure(String chunk) {
    return tokenizer.count(prefix + chunk);
  }

  /** A word longer than the whole chunk is cut where the chunk ends. */
  private static int cutAtOrBefore(Tokens tokens, int first, int end) {
    int cut = end;
    while (cut > first && cut < tokens.count() && !tokens.startsWord(cut)) {
      cut--;
    }
    return cut > first ? cut : end;
  }

  private int startOfNext(Tokens tokens, int first, int end) {
    int next = Math.max(first + 1, end - overlap);
    while (next < end && !tokens.startsWord(next)) {
      next++;
    }
    return next;
  }

  private static int startOf(String text, Tokens tokens, int token) {
    if (token == 0) {
      return 0;
    }
    return token == tokens.count() ? text.length() : tokens.starts()[token];
  }
}
