package io.rekindle.node.index.words;

import io.rekindle.node.model.WordLanguage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.ar.ArabicAnalyzer;
import org.apache.lucene.analysis.cjk.CJKAnalyzer;
import org.apache.lucene.analysis.da.DanishAnalyzer;
import org.apache.lucene.analysis.de.GermanAnalyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.es.SpanishAnalyzer;
import org.apache.lucene.analysis.fi.FinnishAnalyzer;
import org.apache.lucene.analysis.fr.FrenchAnalyzer;
import org.apache.lucene.analysis.hi.HindiAnalyzer;
import org.apache.lucene.analysis.it.ItalianAnalyzer;
import org.apache.lucene.analysis.nl.DutchAnalyzer;
import org.apache.lucene.analysis.no.NorwegianAnalyzer;
import org.apache.lucene.analysis.pt.PortugueseAnalyzer;
import org.apache.lucene.analysis.ru.RussianAnalyzer;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.sv.SwedishAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/**
 * What a word is: split by Unicode's rules (UAX 29; of Chinese and Japanese each character is one,
 * with {@code CJK} each pair), in small letters, without the language's endings (for English:
 * Porter 1980), and not one of its commonest words. Words over 255 characters count in pieces.
 * Thread-safe.
 */
final class WordAnalysis {
  /** Different words of a query that count, the first ones. */
  static final int QUERY_WORDS_MAX = 64;

  /** Part of each id: another release of Lucene may split otherwise. */
  private static final int VERSION = 1;

  private static final Map<WordLanguage, WordAnalysis> ALL = all();

  private final String id;
  private final Analyzer analyzer;

  private WordAnalysis(WordLanguage language) {
    this.id = language.name().toLowerCase(Locale.ROOT) + "-" + VERSION;
    this.analyzer = analyzer(language);
  }

  private static Map<WordLanguage, WordAnalysis> all() {
    Map<WordLanguage, WordAnalysis> all = new EnumMap<>(WordLanguage.class);
    for (WordLanguage language : WordLanguage.values()) {
      all.put(language, new WordAnalysis(language));
    }
    return all;
  }

  private static Analyzer analyzer(WordLanguage language) {
    return switch (language) {
      case ENGLISH -> new EnglishAnalyzer();
      case ANY -> new StandardAnalyzer();
      case ARABIC -> new ArabicAnalyzer();
      case CJK -> new CJKAnalyzer();
      case DANISH -> new DanishAnalyzer();
      case DUTCH -> new DutchAnalyzer();
      case FINNISH -> new FinnishAnalyzer();
      case FRENCH -> new FrenchAnalyzer();
      case GERMAN -> new GermanAnalyzer();
      case HINDI -> new HindiAnalyzer();
      case ITALIAN -> new ItalianAnalyzer();
      case NORWEGIAN -> new NorwegianAnalyzer();
      case PORTUGUESE -> new PortugueseAnalyzer();
      case RUSSIAN -> new RussianAnalyzer();
      case SPANISH -> new SpanishAnalyzer();
      case SWEDISH -> new SwedishAnalyzer();
    };
  }

  static WordAnalysis of(WordLanguage language) {
    return Objects.requireNonNull(ALL.get(language));
  }

  /** Stored with an index; another one makes another index. */
  String id() {
    return id;
  }

  Analyzer analyzer() {
    return analyzer;
  }

  /** The different words of a query, in their order; none when only the commonest are in it. */
  Set<String> wordsOf(String text) {
    Set<String> words = new LinkedHashSet<>();
    try (TokenStream tokens = analyzer.tokenStream(WordIndex.TEXT, text)) {
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
