package io.rekindle.cli.bench;

import io.rekindle.cli.Progress;
import io.rekindle.client.RekindleClient;
import io.rekindle.v1.SearchHit;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.SearchMemoriesResponse;
import io.rekindle.v1.SearchPath;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Waits until a namespace is searched the way that its size asks for: codes and lists are made in
 * the background, after the first search.
 */
final class IndexWait {
  private static final Duration MAX = Duration.ofMinutes(10);
  private static final long PAUSE_MILLIS = 50;
  private static final int CODES_FROM = 10_000;
  private static final int LISTS_FROM = 50_000;

  private IndexWait() {}

  /**
   * Searches until then, at most ten minutes.
   *
   * @param memories of the namespace that is searched
   * @param settings of the node, which may say from which size on
   * @return the last search's way: exact, codes, lists, or gathered
   */
  static String path(
      RekindleClient client, SearchMemoriesRequest request, int memories, List<String> settings) {
    SearchMemoriesRequest explained = request.toBuilder().setExplain(true).build();
    SearchPath wanted = expected(memories, request.getRecallTarget(), settings);
    long end = System.nanoTime() + MAX.toNanos();
    try (Progress progress = new Progress("waiting for the index, seconds", 0, true)) {
      long start = System.nanoTime();
      while (true) {
        SearchMemoriesResponse answer =
            Retry.whileNotReady(() -> client.memories().search(explained).execute());
        SearchPath path = pathOf(answer);
        if (path.compareTo(wanted) >= 0 || System.nanoTime() > end) {
          return text(path);
        }
        progress.advanceTo(Duration.ofNanos(System.nanoTime() - start).toSeconds());
        Retry.pause(PAUSE_MILLIS);
      }
    }
  }

  /** How the index looked, by the explanation of the best hit. */
  static SearchPath pathOf(SearchMemoriesResponse answer) {
    return answer.getHitsList().stream()
        .map(SearchHit::getExplanation)
        .map(explanation -> explanation.getPath())
        .findFirst()
        .orElse(SearchPath.SEARCH_PATH_UNSPECIFIED);
  }

  static String text(SearchPath path) {
    return path.name().substring("SEARCH_PATH_".length()).toLowerCase(Locale.ROOT);
  }

  static SearchPath expected(int memories, double recallTarget, List<String> settings) {
    if (recallTarget == 1) {
      return SearchPath.SEARCH_PATH_EXACT;
    }
    if (memories >= setting(settings, "rekindle.index.lists-from", LISTS_FROM)) {
      return SearchPath.SEARCH_PATH_LISTS;
    }
    return memories >= setting(settings, "rekindle.index.codes-from", CODES_FROM)
        ? SearchPath.SEARCH_PATH_CODES
        : SearchPath.SEARCH_PATH_EXACT;
  }

  private static int setting(List<String> settings, String key, int otherwise) {
    return settings.stream()
        .filter(setting -> setting.startsWith(key + "="))
        .map(setting -> Integer.parseInt(setting.substring(key.length() + 1).strip()))
        .reduce(otherwise, (_, later) -> later);
  }
}
