package io.rekindle.node.storage.owner;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.PassCodec;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.RowFacts;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.SearchQuery;
import io.rekindle.node.storage.SearchResult;
import io.rekindle.node.storage.memory.Candidate;
import io.rekindle.node.storage.memory.Candidates;
import io.rekindle.node.storage.memory.IgniteMemoryStore;
import io.rekindle.node.storage.memory.RankedMemory;
import io.rekindle.node.storage.memory.SearchSource;
import io.rekindle.node.storage.memory.SliceQuery;
import io.rekindle.node.storage.memory.SliceSelection;
import io.rekindle.node.storage.owner.OwnerCalls.Answer;
import io.rekindle.node.storage.owner.OwnerCalls.Ask;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A search over the slices of several nodes, in two calls to each: for candidates, which get their
 * places here, where all of them are; then for the rows of those that won, to their owners alone.
 * In one call each owner would have to open and send rows for every place of the answer, and a
 * hybrid order can't be made of answers that are in order already: its ranks are those among all.
 *
 * <p>An owner that can't be asked leaves a partial answer. One search; one thread.
 */
final class SpreadSource implements SearchSource {
  private final AccessPass pass;
  private final SliceSelection selection;
  private final SearchQuery query;
  private final IgniteMemoryStore local;
  private final OwnerCalls owners;
  private final Map<SliceId, SliceQuery> queries = new HashMap<>();
  private Map<FoundCandidates.Place, RowFacts> facts = Map.of();
  private boolean partial;

  SpreadSource(
      AccessPass pass,
      SliceSelection selection,
      SearchQuery query,
      IgniteMemoryStore local,
      OwnerCalls owners) {
    this.pass = pass;
    this.selection = selection;
    this.query = query;
    this.local = local;
    this.owners = owners;
    local.queries(pass, selection, query).forEach(slice -> queries.put(slice.slice(), slice));
  }

  @Override
  public Pools ask(int topK, float minScore) {
    List<FoundCandidates> found = new ArrayList<>();
    RekindleException missing = null;
    for (Answer<SliceSelection, FoundCandidates> answer : askAll(topK, minScore)) {
      RekindleException error = answer.error();
      if (error == null) {
        found.add(answer.get());
      } else {
        // One that can't be done without is not to be hidden by one that can.
        missing = missing == null || canDoWithout(missing) ? error : missing;
      }
    }
    if (missing != null && (found.isEmpty() || !canDoWithout(missing))) {
      throw missing;
    }
    facts = new HashMap<>();
    found.forEach(part -> facts.putAll(part.facts()));
    partial = missing != null;
    return new Pools(
        Candidates.merged(found.stream().map(part -> part.pools().meaning()).toList()),
        Candidates.merged(found.stream().map(part -> part.pools().words()).toList()));
  }

  private List<Answer<SliceSelection, FoundCandidates>> askAll(int topK, float minScore) {
    return repeat(
        () ->
            owners.ofEach(
                pass,
                owners.byNode(selection),
                part ->
                    SearchOperations.found(local.here(pass, part, query), query, topK, minScore),
                part ->
                    new Ask<>(
                        OwnerOperation.SEARCH_CANDIDATES,
                        out -> {
                          SearchMessages.query(out.list(part.slices(), WireOut::slice), query);
                          out.int32(topK).float32(minScore);
                        },
                        in -> FoundCandidates.read(in, queries::get))));
  }

  @Override
  public @Nullable RowFacts facts(Candidate candidate) {
    return facts.get(FoundCandidates.Place.of(candidate));
  }

  @Override
  public List<JoinedRow> rows(List<RankedMemory> asked, SearchResult.@Nullable Position after) {
    Map<SliceId, Deque<JoinedRow>> read = read(asked, after);
    List<JoinedRow> rows = new ArrayList<>(asked.size());
    for (RankedMemory ranked : asked) {
      Deque<JoinedRow> ofOwner = read.get(ranked.query().slice());
      // An owner had no room for this one: together with the others' there is none either.
      JoinedRow row = ofOwner == null ? JoinedRow.GONE : ofOwner.poll();
      if (row == null) {
        break;
      }
      partial |= ofOwner == null;
      rows.add(row);
    }
    return rows;
  }

  /** The rows of each owner in their order, by each of its slices; none for one that is lost. */
  private Map<SliceId, Deque<JoinedRow>> read(
      List<RankedMemory> asked, SearchResult.@Nullable Position after) {
    SequencedSet<SliceId> slices = new LinkedHashSet<>();
    asked.forEach(ranked -> slices.add(ranked.query().slice()));
    List<Answer<SliceSelection, List<JoinedRow>>> answers =
        repeat(
            () ->
                owners.ofEach(
                    pass,
                    owners.byNode(selection.only(slices)),
                    part -> local.here(pass, part, query).rows(in(part, asked), after),
                    part -> askRows(part, in(part, asked), after)));
    Map<SliceId, Deque<JoinedRow>> read = new HashMap<>();
    for (Answer<SliceSelection, List<JoinedRow>> answer : answers) {
      RekindleException error = answer.error();
      if (error == null) {
        Deque<JoinedRow> rows = new ArrayDeque<>(answer.get());
        answer.part().slices().forEach(slice -> read.put(slice, rows));
      } else if (!canDoWithout(error) || answers.size() == 1) {
        throw error;
      }
    }
    return read;
  }

  private Ask<List<JoinedRow>> askRows(
      SliceSelection part, List<RankedMemory> asked, SearchResult.@Nullable Position after) {
    return new Ask<>(
        OwnerOperation.SEARCH_ROWS,
        out -> {
          SearchMessages.query(out.list(part.slices(), WireOut::slice), query);
          out.optional(after, SearchMessages::position)
              .bytes(new WireOut().list(asked, SearchMessages::ranked).toBytes());
        },
        in -> in.list(SearchMessages::row));
  }

  private static List<RankedMemory> in(SliceSelection part, List<RankedMemory> asked) {
    return asked.stream().filter(ranked -> part.slices().contains(ranked.query().slice())).toList();
  }

  /** Again, with owners looked up anew, while one of them is another by now. */
  private static <T> List<Answer<SliceSelection, T>> repeat(
      Supplier<List<Answer<SliceSelection, T>>> asking) {
    for (int tries = 1; ; tries++) {
      List<Answer<SliceSelection, T>> answers = asking.get();
      if (tries == OwnerCalls.TRIES_MAX || answers.stream().noneMatch(SpreadSource::isElsewhere)) {
        return answers;
      }
      OwnerCalls.pause(tries);
    }
  }

  private static boolean isElsewhere(Answer<?, ?> answer) {
    RekindleException error = answer.error();
    return error != null && OwnerCalls.isElsewhere(error);
  }

  /**
   * An owner that is not ready leaves the others; a pass that is outdated is so for all of them.
   */
  private static boolean canDoWithout(RekindleException error) {
    return error.code() == ErrorCode.DEADLINE_EXCEEDED
        || (error.code() == ErrorCode.NOT_READY && !PassCodec.isOutdated(error));
  }

  @Override
  public boolean isPartial() {
    return partial;
  }
}
