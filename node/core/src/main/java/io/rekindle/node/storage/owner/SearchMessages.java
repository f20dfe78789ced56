package io.rekindle.node.storage.owner;

import io.rekindle.node.index.RowFacts;
import io.rekindle.node.model.ChunkSpan;
import io.rekindle.node.model.HitExplanation;
import io.rekindle.node.model.HybridWeights;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.SearchPath;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.SearchQuery;
import io.rekindle.node.storage.SearchResult;
import io.rekindle.node.storage.memory.Candidate;
import io.rekindle.node.storage.memory.Candidates;
import io.rekindle.node.storage.memory.RankedMemory;
import io.rekindle.node.storage.memory.SearchSource.JoinedRow;
import io.rekindle.node.storage.memory.SliceQuery;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Searches, their parts and their answers in messages between nodes. */
final class SearchMessages {
  private SearchMessages() {}

  static void query(WireOut out, SearchQuery query) {
    HybridWeights weights = query.weights();
    out.optional(query.vector(), WireOut::floats)
        .optText(query.words())
        .int32(query.topK())
        .optional(query.minScore(), WireOut::float32);
    FilterMessages.filter(out, query.filter());
    out.float64(query.recallTarget())
        .float64(weights.meaning())
        .float64(weights.words())
        .float64(weights.recency());
    duration(out, weights.recencyHalfLife());
    out.float64(weights.importance()).time(query.asOf());
  }

  static SearchQuery query(WireIn in) {
    return new SearchQuery(
        in.optional(WireIn::floats),
        in.optText(),
        in.int32(),
        in.optional(WireIn::float32),
        FilterMessages.filter(in),
        in.float64(),
        new HybridWeights(in.float64(), in.float64(), in.float64(), duration(in), in.float64()),
        in.time());
  }

  static void position(WireOut out, SearchResult.Position position) {
    out.float32(position.score()).id(position.memoryId());
  }

  static SearchResult.Position position(WireIn in) {
    return new SearchResult.Position(in.float32(), in.id());
  }

  static void result(WireOut out, SearchResult result) {
    out.list(result.hits(), SearchMessages::hit)
        .bool(result.more())
        .bool(result.exact())
        .bool(result.partial());
    duration(out, result.index());
    duration(out, result.join());
  }

  static SearchResult result(WireIn in) {
    return new SearchResult(
        in.list(SearchMessages::hit), in.bool(), in.bool(), in.bool(), duration(in), duration(in));
  }

  static void hit(WireOut out, Reply.Hit hit) {
    MemoryMessages.memory(out, hit.memory());
    out.float32(hit.score())
        .float32(hit.similarity())
        .optional(
            hit.chunk(),
            (to, span) -> to.int32(span.chunk()).int32(span.start()).int32(span.end()));
    explanation(out, hit.explanation());
  }

  static Reply.Hit hit(WireIn in) {
    return new Reply.Hit(
        MemoryMessages.memory(in),
        in.float32(),
        in.float32(),
        in.optional(span -> new ChunkSpan(span.int32(), span.int32(), span.int32())),
        explanation(in));
  }

  private static void explanation(WireOut out, HitExplanation explanation) {
    out.float32(explanation.meaningScore())
        .int32(explanation.meaningRank())
        .float32(explanation.wordsScore())
        .int32(explanation.wordsRank())
        .float32(explanation.recency())
        .float32(explanation.importance())
        .optional(explanation.path(), WireOut::constant);
  }

  private static HitExplanation explanation(WireIn in) {
    return new HitExplanation(
        in.float32(),
        in.int32(),
        in.float32(),
        in.int32(),
        in.float32(),
        in.float32(),
        in.optional(path -> path.constant(SearchPath.class)));
  }

  /** Without what was asked of the slice, which the reader knows by the slice. */
  static void candidate(WireOut out, Candidate candidate) {
    out.slice(candidate.query().slice())
        .id(candidate.memoryId())
        .float32(candidate.score())
        .int64(candidate.version())
        .int32(candidate.chunk())
        .optional(candidate.path(), WireOut::constant);
  }

  /**
   * Reads a candidate.
   *
   * @param queries what was asked of a slice; null for one that was not
   */
  static Candidate candidate(WireIn in, Function<SliceId, @Nullable SliceQuery> queries) {
    SliceQuery query = queries.apply(in.slice());
    if (query == null) {
      throw new IllegalArgumentException("a candidate is of a slice that was not asked");
    }
    return new Candidate(
        query,
        in.id(),
        in.float32(),
        in.int64(),
        in.int32(),
        in.optional(path -> path.constant(SearchPath.class)));
  }

  static void candidates(WireOut out, Candidates candidates) {
    out.list(candidates.best(), SearchMessages::candidate)
        .bool(candidates.more())
        .bool(candidates.exact())
        .bool(candidates.partial());
  }

  static Candidates candidates(WireIn in, Function<SliceId, @Nullable SliceQuery> queries) {
    return new Candidates(in.list(one -> candidate(one, queries)), in.bool(), in.bool(), in.bool());
  }

  static void facts(WireOut out, RowFacts facts) {
    out.int64(facts.createdAtMicros()).float32(facts.importance());
  }

  static RowFacts facts(WireIn in) {
    return new RowFacts(in.int64(), in.float32());
  }

  static void ranked(WireOut out, RankedMemory ranked) {
    out.optional(ranked.byMeaning(), SearchMessages::candidate)
        .optional(ranked.byWords(), SearchMessages::candidate)
        .float32(ranked.score());
    explanation(out, ranked.explanation());
  }

  static RankedMemory ranked(WireIn in, Function<SliceId, @Nullable SliceQuery> queries) {
    Candidate byMeaning = in.optional(one -> candidate(one, queries));
    Candidate byWords = in.optional(one -> candidate(one, queries));
    if (byMeaning == null && byWords == null) {
      throw new IllegalArgumentException("a memory is found by something");
    }
    return new RankedMemory(byMeaning, byWords, in.float32(), explanation(in));
  }

  static void row(WireOut out, JoinedRow row) {
    out.bool(row.there()).optional(row.hit(), SearchMessages::hit);
  }

  static JoinedRow row(WireIn in) {
    return new JoinedRow(in.bool(), in.optional(SearchMessages::hit));
  }

  private static void duration(WireOut out, Duration duration) {
    out.int64(duration.getSeconds()).int32(duration.getNano());
  }

  private static Duration duration(WireIn in) {
    return Duration.ofSeconds(in.int64(), in.int32());
  }
}
