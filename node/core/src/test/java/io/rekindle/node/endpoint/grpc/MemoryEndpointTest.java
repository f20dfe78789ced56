package io.rekindle.node.endpoint.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.FieldMask;
import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.ChunkSpan;
import io.rekindle.node.model.HitExplanation;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.MemoryDraft;
import io.rekindle.node.model.MemoryPatch;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.SearchPath;
import io.rekindle.node.model.Sensitivity;
import io.rekindle.v1.BatchStoreMemoriesRequest;
import io.rekindle.v1.BatchStoreMemoriesResponse;
import io.rekindle.v1.DeleteMemoryRequest;
import io.rekindle.v1.EmbeddingStatus;
import io.rekindle.v1.ExportMemoriesRequest;
import io.rekindle.v1.ExportMemoriesResponse;
import io.rekindle.v1.GetMemoryRequest;
import io.rekindle.v1.MatchedChunk;
import io.rekindle.v1.Memory;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.QueryVector;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.SearchMemoriesResponse;
import io.rekindle.v1.StoreMemoryItem;
import io.rekindle.v1.StoreMemoryRequest;
import io.rekindle.v1.StoreMemoryResponse;
import io.rekindle.v1.UpdateMemoryRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MemoryEndpointTest {
  private static final Reply.Stored STORED =
      new Reply.Stored(List.of(new Reply.StoreResult(Samples.columns(), true, null)));

  @Test
  void storesWithEveryFieldAsGiven() {
    try (InProcessDoor door = new InProcessDoor(_ -> STORED)) {
      StoreMemoryResponse response =
          stub(door)
              .storeMemory(
                  StoreMemoryRequest.newBuilder()
                      .setNamespace("company_a/support")
                      .setIdempotencyKey("once")
                      .setMemory(
                          Memory.newBuilder()
                              .setMemoryId(Samples.ID.toString())
                              .setExternalKey("ticket-7")
                              .addPath("a")
                              .setAgentId("claimed")
                              .setSessionId("s")
                              .setSubjectId("c")
                              .setMemoryType("episode")
                              .addTags("vip")
                              .setSensitivity(io.rekindle.v1.Sensitivity.SENSITIVITY_RESTRICTED)
                              .setImportance(0)
                              .setExpiresAt(Timestamp.newBuilder().setSeconds(4_000_000_000L))
                              .setContent("text")
                              .setMetadata("{\"a\":1}")
                              .setSource("mail")
                              .addVector(1)
                              .addVector(2))
                      .build());

      MemoryCommand.Store store = (MemoryCommand.Store) door.commands.getFirst();
      MemoryDraft draft = store.items().getFirst().draft();
      assertThat(store.namespace()).isEqualTo(NamespacePath.parse("company_a/support"));
      assertThat(store.items().getFirst().idempotencyKey()).isEqualTo(new IdempotencyKey("once"));
      assertThat(draft.memoryId()).isEqualTo(Samples.ID);
      assertThat(draft.claimedAgentId()).isEqualTo("claimed");
      assertThat(draft.sensitivity()).isEqualTo(Sensitivity.RESTRICTED);
      assertThat(draft.importance()).isZero();
      assertThat(draft.vector()).isNotNull();
      assertThat(response.getCreated()).isTrue();
      assertThat(response.getMemory().getVersion()).isEqualTo(3);
    }
  }

  @Test
  void storesWithDefaultsIntoTheNamespaceOfTheKey() {
    try (InProcessDoor door = new InProcessDoor(_ -> STORED).withDefaultNamespace("home")) {
      stub(door)
          .storeMemory(
              StoreMemoryRequest.newBuilder()
                  .setMemory(Memory.newBuilder().setContent("text"))
                  .build());

      MemoryCommand.Store store = (MemoryCommand.Store) door.commands.getFirst();
      MemoryDraft draft = store.items().getFirst().draft();
      assertThat(store.namespace()).isEqualTo(NamespacePath.parse("home"));
      assertThat(draft.memoryId()).isNull();
      assertThat(draft.memoryType()).isEqualTo("fact");
      assertThat(draft.sensitivity()).isEqualTo(Sensitivity.INTERNAL);
      assertThat(draft.importance()).isEqualTo(0.5f);
      assertThat(draft.metadata()).isNull();
      assertThat(draft.vector()).isNull();
    }
  }

  @Test
  void answersOneStoreThatFailedWithItsError() {
    RekindleException conflict =
        new RekindleException(ErrorCode.IDEMPOTENCY_CONFLICT, "another request used this key");
    Reply reply = new Reply.Stored(List.of(new Reply.StoreResult(null, false, conflict)));
    try (InProcessDoor door = new InProcessDoor(_ -> reply)) {
      assertThatThrownBy(() -> stub(door).storeMemory(storing("text")))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.ALREADY_EXISTS));
    }
  }

  @Test
  void answersABatchWithAResultForEachItem() {
    RekindleException error = RekindleException.overLimit("tags", 33, 32, "tags");
    Reply reply =
        new Reply.Stored(
            List.of(
                new Reply.StoreResult(Samples.columns(), false, null),
                new Reply.StoreResult(null, false, error)));
    try (InProcessDoor door = new InProcessDoor(_ -> reply)) {
      StoreMemoryItem item =
          StoreMemoryItem.newBuilder().setMemory(Memory.newBuilder().setContent("t")).build();
      BatchStoreMemoriesResponse response =
          stub(door)
              .batchStoreMemories(
                  BatchStoreMemoriesRequest.newBuilder()
                      .setNamespace("a")
                      .addMemories(item)
                      .addMemories(item)
                      .build());

      assertThat(response.getResults(0).hasError()).isFalse();
      assertThat(response.getResults(1).hasMemory()).isFalse();
      assertThat(response.getResults(1).getError().getCode())
          .isEqualTo(Status.Code.INVALID_ARGUMENT.value());
    }
  }

  @Test
  void readsAMemoryWithAllThatIsKnownOfIt() {
    try (InProcessDoor door = new InProcessDoor(_ -> new Reply.Got(Samples.memory()))) {
      Memory memory =
          stub(door)
              .getMemory(
                  GetMemoryRequest.newBuilder()
                      .setNamespace("company_a/support")
                      .setExternalKey("ticket-7")
                      .build())
              .getMemory();

      assertThat(((MemoryCommand.Get) door.commands.getFirst()).externalKey())
          .isEqualTo("ticket-7");
      assertThat(memory)
          .isEqualTo(
              Memory.newBuilder()
                  .setNamespace("company_a/support")
                  .setMemoryId(Samples.ID.toString())
                  .setExternalKey("ticket-7")
                  .addPath("a")
                  .addPath("b")
                  .setAgentId("agent-1")
                  .setSessionId("session-1")
                  .setSubjectId("customer-9")
                  .setMemoryType("fact")
                  .addTags("vip")
                  .setSensitivity(io.rekindle.v1.Sensitivity.SENSITIVITY_CONFIDENTIAL)
                  .setImportance(0.25f)
                  .setExpiresAt(Fields.timestamp(Samples.TIME.plusSeconds(60)))
                  .setContent("the text")
                  .setMetadata("{\"a\":1}")
                  .setSource("mail")
                  .setEmbeddingStatus(EmbeddingStatus.EMBEDDING_STATUS_EMBEDDED)
                  .setEmbeddingModel("bge-small-en-v1.5")
                  .setCreatedAt(Fields.timestamp(Samples.TIME))
                  .setUpdatedAt(Fields.timestamp(Samples.TIME.plusSeconds(1)))
                  .setVersion(3)
                  .setAccessCount(5)
                  .setLastAccessedAt(Fields.timestamp(Samples.TIME.plusSeconds(2)))
                  .build());
    }
  }

  @Test
  void searchesByVectorAndAnswersWithTheServersTimes() {
    Reply reply =
        new Reply.Found(
            List.of(
                new Reply.Hit(
                    Samples.memory(),
                    0.75f,
                    0.875f,
                    new ChunkSpan(1, 2, 3),
                    new HitExplanation(0.5f, 1, 2.5f, 3, 0.25f, 0.75f, SearchPath.LISTS))),
            false,
            true,
            true,
            new Reply.SearchTimes(
                Duration.ofMillis(3),
                Duration.ofNanos(1_999),
                Duration.ofNanos(250_000),
                Duration.ofMillis(2)),
            new Reply.WaitOutcome(List.of(1), List.of(0, 2)),
            "rest");
    try (InProcessDoor door = new InProcessDoor(_ -> reply)) {
      SearchMemoriesResponse response =
          stub(door)
              .searchMemories(
                  SearchMemoriesRequest.newBuilder()
                      .addNamespaces("company_a/**")
                      .setVector(QueryVector.newBuilder().addValues(1).addValues(0))
                      .setMinScore(0)
                      .setFilter("importance > 0.2")
                      .build());

      MemoryCommand.Search search = (MemoryCommand.Search) door.commands.getFirst();
      assertThat(search.namespaces().prefix()).isEqualTo(NamespacePath.parse("company_a"));
      assertThat(search.text()).isNull();
      assertThat(search.topK()).isEqualTo(10);
      assertThat(search.minScore()).isZero();
      assertThat(search.recallTarget()).isEqualTo(0.98);
      assertThat(response.getExact()).isFalse();
      assertThat(response.getPartial()).isTrue();
      assertThat(response.getNextPageToken()).isEqualTo("rest");
      assertThat(response.getHits(0).getScore()).isEqualTo(0.75f);
      assertThat(response.getHits(0).getChunk())
          .isEqualTo(MatchedChunk.newBuilder().setChunk(1).setStart(2).setEnd(3).build());
      assertThat(response.getHits(0).getExplanation())
          .isEqualTo(
              io.rekindle.v1.HitExplanation.newBuilder()
                  .setMeaningScore(0.5f)
                  .setMeaningRank(1)
                  .setWordsScore(2.5f)
                  .setWordsRank(3)
                  .setRecency(0.25f)
                  .setImportance(0.75f)
                  .setPath(io.rekindle.v1.SearchPath.SEARCH_PATH_LISTS)
                  .build());
      assertThat(response.getWaitOutcome().getNotReadyList()).containsExactly(1);
      assertThat(response.getWaitOutcome().getFailedList()).containsExactly(0, 2);
      assertThat(response.getTimes().getWaitMicros()).isEqualTo(3_000);
      assertThat(response.getTimes().getEmbedMicros()).isEqualTo(1);
      assertThat(response.getTimes().getIndexMicros()).isEqualTo(250);
      assertThat(response.getTimes().getJoinMicros()).isEqualTo(2_000);
    }
  }

  @Test
  void updatesOnlyWhatTheMaskNames() {
    try (InProcessDoor door =
        new InProcessDoor(_ -> new Reply.Updated(Samples.memory(), "token"))) {
      stub(door)
          .updateMemory(
              UpdateMemoryRequest.newBuilder()
                  .setNamespace("a")
                  .setMemory(
                      Memory.newBuilder()
                          .setMemoryId(Samples.ID.toString())
                          .setContent("not named")
                          .addTags("new"))
                  .setUpdateMask(
                      FieldMask.newBuilder().addPaths("tags").addPaths("metadata").build())
                  .setExpectedVersion(0)
                  .build());

      MemoryCommand.Update update = (MemoryCommand.Update) door.commands.getFirst();
      assertThat(update.patch().mask())
          .isEqualTo(Set.of(MemoryPatch.Field.TAGS, MemoryPatch.Field.METADATA));
      assertThat(update.patch().content()).isNull();
      assertThat(update.patch().tags()).containsExactly("new");
      assertThat(update.patch().metadata()).isNull();
      assertThat(update.expectedVersion()).isZero();
    }
  }

  @Test
  void deletesWhateverVersionIsThereUnlessOneIsExpected() {
    Reply reply = new Reply.Deleted(List.of(new Reply.DeleteResult(Samples.ID, null)));
    try (InProcessDoor door = new InProcessDoor(_ -> reply)) {
      stub(door)
          .deleteMemory(
              DeleteMemoryRequest.newBuilder()
                  .setNamespace("a")
                  .setMemoryId(Samples.ID.toString())
                  .build());

      MemoryCommand.Delete delete = (MemoryCommand.Delete) door.commands.getFirst();
      assertThat(delete.items().getFirst().expectedVersion()).isNull();
    }
  }

  @Test
  void exportsPageByPageEachThroughTheGate() {
    List<String> pages = new ArrayList<>();
    try (InProcessDoor door =
        new InProcessDoor(
            command -> {
              String page = ((MemoryCommand.ListPage) command).page();
              pages.add(String.valueOf(page));
              int next = page == null ? 1 : Integer.parseInt(page) + 1;
              return new Reply.Listed(
                  List.of(Samples.memory()), next < 20 ? Integer.toString(next) : null);
            })) {
      List<ExportMemoriesResponse> messages = new ArrayList<>();
      stub(door)
          .exportMemories(ExportMemoriesRequest.newBuilder().addNamespaces("a").build())
          .forEachRemaining(messages::add);

      assertThat(messages).hasSize(20);
      assertThat(messages.getLast().getNextPageToken()).isEmpty();
      assertThat(pages.subList(0, 3)).containsExactly("null", "1", "2");
      assertThat(door.requests.stream().map(request -> request.id()).distinct()).hasSize(20);
    }
  }

  @Test
  void cutsAnExportWhenTheGateRefusesAPage() {
    try (InProcessDoor door =
        new InProcessDoor(
            command -> {
              if (((MemoryCommand.ListPage) command).page() != null) {
                throw new RekindleException(ErrorCode.UNAUTHENTICATED, "the API key is not valid");
              }
              return new Reply.Listed(List.of(Samples.memory()), "2");
            })) {
      var stream =
          stub(door).exportMemories(ExportMemoriesRequest.newBuilder().addNamespaces("a").build());

      assertThat(stream.next().getMemoriesCount()).isEqualTo(1);
      assertThatThrownBy(stream::hasNext)
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
    }
  }

  private static StoreMemoryRequest storing(String content) {
    return StoreMemoryRequest.newBuilder()
        .setNamespace("a")
        .setMemory(Memory.newBuilder().setContent(content))
        .build();
  }

  private static MemoryServiceGrpc.MemoryServiceBlockingStub stub(InProcessDoor door) {
    return MemoryServiceGrpc.newBlockingStub(door.channel);
  }
}
