package io.rekindle.node.endpoint.grpc;

import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.ChunkSpan;
import io.rekindle.node.model.HitExplanation;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.Reply;
import io.rekindle.v1.BatchDeleteMemoriesResponse;
import io.rekindle.v1.BatchStoreMemoriesResponse;
import io.rekindle.v1.DeleteMemoryResponse;
import io.rekindle.v1.DeleteMemoryResult;
import io.rekindle.v1.ExportMemoriesResponse;
import io.rekindle.v1.GetMemoryResponse;
import io.rekindle.v1.ListMemoriesResponse;
import io.rekindle.v1.MatchedChunk;
import io.rekindle.v1.SearchHit;
import io.rekindle.v1.SearchMemoriesResponse;
import io.rekindle.v1.SearchPath;
import io.rekindle.v1.SearchTimes;
import io.rekindle.v1.StoreMemoryResponse;
import io.rekindle.v1.StoreMemoryResult;
import io.rekindle.v1.UpdateMemoryResponse;
import io.rekindle.v1.WaitOutcome;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Replies about memories to responses of MemoryService. */
final class MemoryEncoder {
  private MemoryEncoder() {}

  static StoreMemoryResponse stored(Reply.Stored reply) {
    Reply.StoreResult result = reply.results().getFirst();
    MemoryColumns memory = result.memory();
    RekindleException error = result.error();
    if (error != null) {
      throw error;
    }
    StoreMemoryResponse.Builder response =
        StoreMemoryResponse.newBuilder()
            .setCreated(result.created())
            .setWaitToken(text(result.waitToken()));
    return (memory == null ? response : response.setMemory(MemoryMessage.columns(memory))).build();
  }

  static BatchStoreMemoriesResponse storedBatch(Reply.Stored reply) {
    return BatchStoreMemoriesResponse.newBuilder()
        .addAllResults(reply.results().stream().map(MemoryEncoder::result).toList())
        .build();
  }

  private static StoreMemoryResult result(Reply.StoreResult result) {
    StoreMemoryResult.Builder built =
        StoreMemoryResult.newBuilder()
            .setCreated(result.created())
            .setWaitToken(text(result.waitToken()));
    MemoryColumns memory = result.memory();
    RekindleException error = result.error();
    if (memory != null) {
      built.setMemory(MemoryMessage.columns(memory));
    }
    if (error != null) {
      built.setError(GrpcErrors.ofItem(error));
    }
    return built.build();
  }

  static GetMemoryResponse got(Reply.Got reply) {
    return GetMemoryResponse.newBuilder().setMemory(MemoryMessage.of(reply.memory())).build();
  }

  static ListMemoriesResponse listed(Reply.Listed reply) {
    ListMemoriesResponse.Builder response =
        ListMemoriesResponse.newBuilder().addAllMemories(memories(reply));
    String next = reply.nextPage();
    return (next == null ? response : response.setNextPageToken(next)).build();
  }

  static ExportMemoriesResponse exported(Reply.Listed reply) {
    ExportMemoriesResponse.Builder response =
        ExportMemoriesResponse.newBuilder().addAllMemories(memories(reply));
    String next = reply.nextPage();
    return (next == null ? response : response.setNextPageToken(next)).build();
  }

  private static List<io.rekindle.v1.Memory> memories(Reply.Listed reply) {
    return reply.memories().stream().map(MemoryMessage::of).toList();
  }

  static SearchMemoriesResponse found(Reply.Found reply) {
    Reply.SearchTimes times = reply.times();
    SearchMemoriesResponse.Builder response =
        SearchMemoriesResponse.newBuilder()
            .setNextPageToken(text(reply.nextPage()))
            .addAllHits(reply.hits().stream().map(hit -> hit(hit, reply.explain())).toList())
            .setExact(reply.exact())
            .setPartial(reply.partial())
            .setTimes(
                SearchTimes.newBuilder()
                    .setWaitMicros(micros(times.waited()))
                    .setEmbedMicros(micros(times.embed()))
                    .setIndexMicros(micros(times.index()))
                    .setJoinMicros(micros(times.join())));
    Reply.WaitOutcome wait = reply.waitOutcome();
    if (wait != null) {
      response.setWaitOutcome(
          WaitOutcome.newBuilder().addAllNotReady(wait.notReady()).addAllFailed(wait.failed()));
    }
    return response.build();
  }

  private static SearchHit hit(Reply.Hit hit, boolean explain) {
    SearchHit.Builder built =
        SearchHit.newBuilder()
            .setMemory(MemoryMessage.of(hit.memory()))
            .setScore(hit.score())
            .setSimilarity(hit.similarity());
    ChunkSpan chunk = hit.chunk();
    if (chunk != null) {
      built.setChunk(
          MatchedChunk.newBuilder()
              .setChunk(chunk.chunk())
              .setStart(chunk.start())
              .setEnd(chunk.end()));
    }
    return (explain ? built.setExplanation(explanation(hit.explanation())) : built).build();
  }

  private static io.rekindle.v1.HitExplanation explanation(HitExplanation explanation) {
    return io.rekindle.v1.HitExplanation.newBuilder()
        .setMeaningScore(explanation.meaningScore())
        .setMeaningRank(explanation.meaningRank())
        .setWordsScore(explanation.wordsScore())
        .setWordsRank(explanation.wordsRank())
        .setRecency(explanation.recency())
        .setImportance(explanation.importance())
        .setPath(path(explanation.path()))
        .build();
  }

  private static SearchPath path(io.rekindle.node.model.@Nullable SearchPath path) {
    return switch (path) {
      case null -> SearchPath.SEARCH_PATH_UNSPECIFIED;
      case EXACT -> SearchPath.SEARCH_PATH_EXACT;
      case GATHERED -> SearchPath.SEARCH_PATH_GATHERED;
      case CODES -> SearchPath.SEARCH_PATH_CODES;
      case LISTS -> SearchPath.SEARCH_PATH_LISTS;
    };
  }

  static UpdateMemoryResponse updated(Reply.Updated reply) {
    return UpdateMemoryResponse.newBuilder()
        .setMemory(MemoryMessage.of(reply.memory()))
        .setWaitToken(reply.waitToken())
        .build();
  }

  static DeleteMemoryResponse deleted(Reply.Deleted reply) {
    RekindleException error = reply.results().getFirst().error();
    if (error != null) {
      throw error;
    }
    return DeleteMemoryResponse.getDefaultInstance();
  }

  static BatchDeleteMemoriesResponse deletedBatch(Reply.Deleted reply) {
    return BatchDeleteMemoriesResponse.newBuilder()
        .addAllResults(reply.results().stream().map(MemoryEncoder::result).toList())
        .build();
  }

  private static DeleteMemoryResult result(Reply.DeleteResult result) {
    DeleteMemoryResult.Builder built =
        DeleteMemoryResult.newBuilder().setMemoryId(result.memoryId().toString());
    RekindleException error = result.error();
    return (error == null ? built : built.setError(GrpcErrors.ofItem(error))).build();
  }

  private static String text(@Nullable String optional) {
    return optional == null ? "" : optional;
  }

  private static long micros(Duration duration) {
    return duration.toNanos() / 1_000;
  }
}
