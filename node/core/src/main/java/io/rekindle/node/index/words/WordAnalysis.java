package io.rekindle.node.index.words;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/**
 * What a word is: split by Unicode's rules (UAX 29; of Chinese and Japanese each character is one),
 * in small letters, without English endings (Porter 1980), and not one of the commonest English
 * words. Words over 255 characters count in pieces.
 */
final class WordAnalysis {
  /** Stored with an index; another one makes another index. */
  static final String ID = "english-1";

  /** Different words of a query that count, the first ones. */
  static final int QUERY_WORDS_MAX = 64;

  private static final Analyzer ENGLISH = new EnglishAnalyzer();

  private WordAnalysis() {}

  /** Thread-safe. */
  static Analyzer analyzer() {
    return ENGLISH;
  }

  /** The different words of a query, in their order; none when only the commonest are in it. */
  static Set<String> wordsOf(String text) {
    Set<String> words = new LinkedHashSet<>();
    try (TokenStream tokens = ENGLISH.tokenStream(WordIndex.TEXT, text)) {
      CharTermAttribute word = tokens.addAttribute(CharTermAttribute.class);
      tokens.reset();
      while (words.size() < QUERY_WORDS_MAX && tokens.incrementToken()) {
        words.add(word.toString());
      }
      return words;
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory can be read", e);
    }
  }
}
