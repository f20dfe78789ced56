package io.rekindle.node.pipeline.search;

import static java.time.Duration.ZERO;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.Reply.Hit;
import io.rekindle.node.pipeline.token.PageTokens;
import io.rekindle.node.storage.AccessCounters;
import io.rekindle.node.storage.MemoryStore;
import io.rekindle.node.storage.NamespaceStore;
import io.rekindle.node.storage.SearchQuery;
import io.rekindle.node.storage.SearchResult;
import io.rekindle.node.telemetry.NodeMeters;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds memories by meaning and words: waits for what it is to find, embeds the query, asks the
 * indexes under both filters, joins the rows.
 *
 * <p>An answer over 3 MiB is cut; its token names the last memory shown, and the next page is the
 * same search from there on.
 */
public final class SearchHandler {
  private final NamespaceStore namespaces;
  private final MemoryStore memories;
  private final QueryEmbedder embedder;
  private final SearchWaits waits;
  private final PageTokens tokens;
  private final AccessCounters accesses;
  private final NodeMeters meters;
  private final InstantSource clock;

  public SearchHandler(
      NamespaceStore namespaces,
      MemoryStore memories,
      QueryEmbedder embedder,
      SearchWaits waits,
      PageTokens tokens,
      AccessCounters accesses,
      NodeMeters meters,
      InstantSource clock) {
    this.namespaces = namespaces;
    this.memories = memories;
    this.embedder = embedder;
    this.waits = waits;
    this.tokens = tokens;
    this.accesses = accesses;
    this.meters = meters;
    this.clock = clock;
  }

  public Reply handle(AccessPass pass, MemoryCommand.Search command) {
    List<Namespace> selected = namespaces.resolve(pass, command.namespaces());
    Filter filter = command.filter() == null ? Filter.ALL : FilterParser.parse(command.filter());
    Place place =
        command.page() == null
            ? first()
            : place(tokens.open(pass, binding(command), command.page()));
    SearchWaits.Looked looked = waits.look(pass, command, selected);
    if (looked.notYet() != null) {
      return looked.notYet();
    }
    Duration waited = command.waitFor().waited() == null ? ZERO : command.waitFor().waited();
    if (selected.isEmpty()) {
      return new Reply.Found(
          List.of(),
          true,
          false,
          false,
          new Reply.SearchTimes(waited, ZERO, ZERO, ZERO),
          looked.outcome(),
          null);
    }
    long start = System.nanoTime();
    float[] vector =
        command.ranking().mode().usesMeaning() ? embedder.vectorOf(command, selected) : null;
    Duration embed = Duration.ofNanos(System.nanoTime() - start);
    SearchResult result =
        memories.search(
            pass,
            selected,
            new SearchQuery(
                vector,
                command.wordsText(),
                command.topK(),
                command.minScore(),
                filter,
                command.recallTarget(),
                command.ranking().weights(),
                place.asOf()),
            place.after());
    meters.stage(NodeMeters.Stage.EMBED_QUERY, embed);
    meters.stage(NodeMeters.Stage.SEARCH_INDEX, result.index());
    meters.stage(NodeMeters.Stage.SEARCH_JOIN, result.join());
    List<Hit> page = result.hits();
    page.forEach(hit -> count(selected, hit));
    String next =
        result.more() ? tokens.seal(pass, binding(command), place.behind(page.getLast())) : null;
    return new Reply.Found(
        page,
        result.exact(),
        result.partial(),
        command.ranking().explain(),
        new Reply.SearchTimes(waited, embed, result.index(), result.join()),
        looked.outcome(),
        next);
  }

  private void count(List<Namespace> selected, Hit hit) {
    for (Namespace namespace : selected) {
      if (namespace.path().equals(hit.memory().namespace())) {
        accesses.returned(namespace, List.of(hit.memory().memoryId()));
      }
    }
  }

  /** What a page token is of. Hardly any search has one, and to write a vector takes a while. */
  private static List<@Nullable String> binding(MemoryCommand.Search command) {
    return Arrays.asList(
        command.namespaces().toString(),
        command.text(),
        command.vector() == null ? null : Arrays.toString(command.vector().values()),
        Integer.toString(command.topK()),
        command.minScore() == null ? null : command.minScore().toString(),
        command.filter(),
        Double.toString(command.recallTarget()),
        command.ranking().toString());
  }

  /**
   * Where an answer begins.
   *
   * @param asOf when its first page was asked for: ages count from there on all of them
   * @param after null at the start
   */
  private record Place(Instant asOf, SearchResult.@Nullable Position after) {
    List<String> behind(Hit last) {
      return List.of(
          Integer.toString(Float.floatToIntBits(last.score())),
          last.memory().memoryId().toString(),
          asOf.toString());
    }
  }

  private Place first() {
    return new Place(clock.instant(), null);
  }

  private static Place place(List<String> words) {
    return new Place(
        Instant.parse(words.get(2)),
        new SearchResult.Position(
            Float.intBitsToFloat(Integer.parseInt(words.get(0))), MemoryId.parse(words.get(1))));
  }
}
