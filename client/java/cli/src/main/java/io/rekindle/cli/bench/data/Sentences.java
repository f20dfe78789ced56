package io.rekindle.cli.bench.data;

import java.util.SplittableRandom;

/** Texts of English words, the same for a number at every run. */
public final class Sentences {
  private static final String[] WORDS =
      """
      account address agent agreed always answer april asked august balance bank before billing
      branch budget called cancel card change charge city client color company contract copy
      coffee daily damage date december delay delivery desk device discount document early
      email evening example export family february fee final flight follow format friday garden
      gift green group holiday hotel hour house import invoice january july june keeps language
      late letter limit list lunch march market meeting member message monday money month morning
      moved name never note november number october offer office often order owner paid paper
      parcel partner password payment phone plan policy prefers price problem product project
      quarter question quiet refund region reminder rent repair reply report request reserved
      return review road room saturday school seat september service shipping shop silver sister
      spring station street subject summer sunday supplier support table talked team thursday
      ticket time train transfer travel tuesday update usually vegetarian version visit voucher
      waiting wants warehouse wednesday week window winter writes yearly yellow\
      """
          .split("\\s+");

  private static final int LONG = 45;
  private static final int SHORT = 12;

  /** So that a word is in one of ten thousand texts, as names are. */
  private static final int NAMES = 10_000;

  private static final long MEMORIES = 4;
  private static final long QUERIES = 5;
  private static final long LONG_ONES = 6;

  private Sentences() {}

  /** The content of a memory: about 90 bytes. */
  public static String of(int number) {
    return text(MEMORIES, number, SHORT);
  }

  /** Words to look for: a name and two that are common. */
  public static String query(int number) {
    return text(QUERIES, number, 2);
  }

  /** About 300 bytes, for what is embedded. */
  public static String embedded(long number) {
    return text(LONG_ONES, number, LONG);
  }

  private static String text(long kind, long number, int words) {
    SplittableRandom random = new SplittableRandom(Hashes.of(kind, number));
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < words; i++) {
      text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
    }
    return text.append("name").append(random.nextInt(NAMES)).toString();
  }
}
