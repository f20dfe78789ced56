package io.rekindle.node.index.words;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.model.WordLanguage;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordAnalysisTest {
  /** In each language two forms of one word are one word, and one of the commonest is none. */
  @ParameterizedTest
  @CsvSource({
    "ENGLISH, invoices, invoice, the",
    "ARABIC, كتب, كتب, من",
    "CJK, 東京都庁, 東京都庁, the",
    "DANISH, fakturaerne, faktura, og",
    "DUTCH, rekeningen, rekening, het",
    "FINNISH, laskut, lasku, ja",
    "FRENCH, factures, facture, les",
    "GERMAN, Rechnungen, Rechnung, und",
    "HINDI, किताबें, किताब, और",
    "ITALIAN, contratti, contratto, della",
    "NORWEGIAN, avtalene, avtale, og",
    "PORTUGUESE, faturas, fatura, para",
    "RUSSIAN, счета, счетов, и",
    "SPANISH, facturas, factura, para",
    "SWEDISH, fakturorna, faktura, och"
  })
  void oneWordInTwoForms(WordLanguage language, String form, String other, String common) {
    WordAnalysis analysis = WordAnalysis.of(language);
    assertThat(analysis.wordsOf(form)).isNotEmpty().isEqualTo(analysis.wordsOf(other));
    assertThat(analysis.wordsOf(common)).isEmpty();
  }

  @Test
  void anyLanguageLeavesEndingsAndCommonWordsAlone() {
    assertThat(WordAnalysis.of(WordLanguage.ANY).wordsOf("The Invoices und Rechnungen"))
        .containsExactly("the", "invoices", "und", "rechnungen");
  }

  @Test
  void pairsOfCharactersAreWords() {
    assertThat(WordAnalysis.of(WordLanguage.CJK).wordsOf("東京都")).containsExactly("東京", "京都");
  }

  @Test
  void eachLanguageHasAnIdOfItsOwn() {
    assertThat(
            Arrays.stream(WordLanguage.values())
                .map(language -> WordAnalysis.of(language).id())
                .collect(Collectors.toSet()))
        .hasSameSizeAs(WordLanguage.values())
        .contains("english-1");
  }
}
