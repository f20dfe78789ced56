package io.rekindle.node.bootstrap;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.FieldMask;
import com.google.rpc.ErrorInfo;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.rekindle.node.authn.IssuedApiKey;
import io.rekindle.node.endpoint.grpc.GrpcTenants;
import io.rekindle.node.endpoint.grpc.GrpcTestDoor;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.v1.BatchStoreMemoriesRequest;
import io.rekindle.v1.DeleteMemoryRequest;
import io.rekindle.v1.GetMemoryRequest;
import io.rekindle.v1.Memory;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.MemoryServiceGrpc.MemoryServiceBlockingStub;
import io.rekindle.v1.Namespace;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.SearchMemoriesResponse;
import io.rekindle.v1.SearchMode;
import io.rekindle.v1.Sensitivity;
import io.rekindle.v1.StoreMemoryItem;
import io.rekindle.v1.StoreMemoryRequest;
import io.rekindle.v1.StoreMemoryResponse;
import io.rekindle.v1.StoreMemoryResult;
import io.rekindle.v1.UpdateMemoryRequest;
import io.rekindle.v1.UpdateMemoryResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Searches that wait for what was stored, over the wire, on a node whose model embeds when the test
 * lets it: what is answered while it is held was not waited for.
 */
@Timeout(120)
class WaitForIT {
  @TempDir static Path folder;

  @SuppressWarnings("NullAway.Init")
  private static HeldNode node;

  private String space = "";

  @SuppressWarnings("NullAway.Init")
  private GrantSpec grant;

  @SuppressWarnings("NullAway.Init")
  private IssuedApiKey key;

  @SuppressWarnings("NullAway.Init")
  private MemoryServiceBlockingStub memories;

  @BeforeAll
  static void start() throws Exception {
    node = new HeldNode(folder);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @BeforeEach
  void makeCustomer() {
    space = node.namespace();
    grant = grant(space, "sensitivity <= \"internal\"");
    key = HeldNode.key(grant);
    memories = MemoryServiceGrpc.newBlockingStub(node.channel(key));
  }

  @AfterEach
  void letGo() throws Exception {
    node.model.release();
    awaitWaiting(0);
  }

  private static GrantSpec grant(String namespace, String condition) {
    return new GrantSpec(NamespacePath.parse(namespace), condition, Set.of());
  }

  private static void awaitWaiting(int count) throws InterruptedException {
    while (node.waits.waiting() != count) {
      Thread.sleep(5);
    }
  }

  private StoreMemoryResponse store(String content) {
    return memories.storeMemory(
        StoreMemoryRequest.newBuilder()
            .setNamespace(space)
            .setMemory(
                Memory.newBuilder()
                    .setContent(content)
                    .setSensitivity(Sensitivity.SENSITIVITY_INTERNAL))
            .build());
  }

  private SearchMemoriesRequest.Builder request(String... tokens) {
    return SearchMemoriesRequest.newBuilder()
        .addNamespaces(space)
        .setQuery("apple")
        .addAllWaitFor(List.of(tokens))
        .setWaitTimeout(Duration.newBuilder().setSeconds(50));
  }

  private Future<SearchMemoriesResponse> begin(SearchMemoriesRequest.Builder request) {
    return begin(node.channel(key), request);
  }

  private static Future<SearchMemoriesResponse> begin(
      Channel channel, SearchMemoriesRequest.Builder request) {
    return MemoryServiceGrpc.newFutureStub(channel)
        .withDeadlineAfter(110, TimeUnit.SECONDS)
        .searchMemories(request.build());
  }

  private static List<String> ids(SearchMemoriesResponse response) {
    return response.getHitsList().stream().map(hit -> hit.getMemory().getMemoryId()).toList();
  }

  private static void assertNothingMissing(SearchMemoriesResponse response) {
    assertThat(response.hasWaitOutcome()).isTrue();
    assertThat(response.getWaitOutcome().getNotReadyList()).isEmpty();
    assertThat(response.getWaitOutcome().getFailedList()).isEmpty();
  }

  @Test
  void whatWasJustStoredIsFoundAtOnceAfterTheWait() throws Exception {
    node.model.hold();
    StoreMemoryResponse stored = store("apple pie");
    assertThat(ids(memories.searchMemories(request().build()))).isEmpty();

    Future<SearchMemoriesResponse> search = begin(request(stored.getWaitToken()));
    awaitWaiting(1);
    assertThat(search).isNotDone();
    node.model.release();

    SearchMemoriesResponse found = search.get();
    assertThat(ids(found)).containsExactly(stored.getMemory().getMemoryId());
    assertNothingMissing(found);
    assertThat(found.getTimes().getWaitMicros()).isPositive();
    assertThat(node.searches(key)).as("one record each").hasSize(2).containsOnly("read allowed");
  }

  @Test
  void whatIsEmbeddedIsNotWaitedFor() throws Exception {
    StoreMemoryResponse stored = store("apple pie");
    begin(request(stored.getWaitToken())).get();
    node.model.hold();

    SearchMemoriesResponse again =
        memories.searchMemories(request(stored.getWaitToken(), stored.getWaitToken()).build());

    assertThat(ids(again)).containsExactly(stored.getMemory().getMemoryId());
    assertThat(again.getTimes().getWaitMicros()).isZero();
    assertThat(memories.searchMemories(request().build()).hasWaitOutcome()).isFalse();
  }

  @Test
  void everyItemOfABatchHasItsToken() throws Exception {
    StoreMemoryItem.Builder item =
        StoreMemoryItem.newBuilder().setMemory(Memory.newBuilder().setContent("apple"));
    node.model.hold();
    List<StoreMemoryResult> results =
        memories
            .batchStoreMemories(
                BatchStoreMemoriesRequest.newBuilder()
                    .setNamespace(space)
                    .addMemories(item)
                    .addMemories(item)
                    .build())
            .getResultsList();
    Future<SearchMemoriesResponse> search =
        begin(request(results.get(0).getWaitToken(), results.get(1).getWaitToken()));
    awaitWaiting(1);
    node.model.release();

    assertThat(ids(search.get()))
        .containsExactlyInAnyOrder(
            results.get(0).getMemory().getMemoryId(), results.get(1).getMemory().getMemoryId());
  }

  @Test
  void whenTheTimeIsOverItAnswersWithWhatThereIsAndNamesTheRest() throws Exception {
    StoreMemoryResponse ready = store("apple pie");
    begin(request(ready.getWaitToken())).get();
    node.model.hold();
    StoreMemoryResponse pending = store("apple juice");

    SearchMemoriesResponse found =
        begin(
                request(ready.getWaitToken(), pending.getWaitToken())
                    .setWaitTimeout(Duration.newBuilder().setNanos(50_000_000)))
            .get();

    assertThat(ids(found)).containsExactly(ready.getMemory().getMemoryId());
    assertThat(found.getWaitOutcome().getNotReadyList()).containsExactly(1);
    assertThat(found.getTimes().getWaitMicros()).isPositive();
    SearchMemoriesResponse asked =
        memories.searchMemories(
            request(pending.getWaitToken()).setWaitTimeout(Duration.getDefaultInstance()).build());
    assertThat(asked.getWaitOutcome().getNotReadyList()).as("no time at all").containsExactly(0);
    assertThat(asked.getTimes().getWaitMicros()).isZero();
  }

  @Test
  void aSearchByWordsNeedNotWait() {
    node.model.hold();
    StoreMemoryResponse stored = store("apple pie");

    SearchMemoriesResponse found =
        memories.searchMemories(
            request(stored.getWaitToken()).setMode(SearchMode.SEARCH_MODE_WORDS).build());

    assertThat(ids(found)).containsExactly(stored.getMemory().getMemoryId());
    assertNothingMissing(found);
  }

  @Test
  void aTextThatCantBeEmbeddedIsNamedWithoutWaitingForItsTime() throws Exception {
    node.model.hold();
    String poison = store("poison apple").getWaitToken();
    Future<SearchMemoriesResponse> search = begin(request(poison));
    awaitWaiting(1);
    node.model.release();

    assertThat(search.get().getWaitOutcome().getFailedList()).containsExactly(0);
    assertThat(search.get().getWaitOutcome().getNotReadyList()).isEmpty();
  }

  @Test
  void newContentIsAnotherThingToWaitFor() throws Exception {
    node.model.hold();
    StoreMemoryResponse stored = store("apple pie");
    Future<SearchMemoriesResponse> former = begin(request(stored.getWaitToken()));
    awaitWaiting(1);

    UpdateMemoryResponse updated =
        memories.updateMemory(
            UpdateMemoryRequest.newBuilder()
                .setNamespace(space)
                .setMemory(
                    Memory.newBuilder()
                        .setMemoryId(stored.getMemory().getMemoryId())
                        .setContent("apple juice"))
                .setUpdateMask(FieldMask.newBuilder().addPaths("content"))
                .build());

    assertNothingMissing(former.get());
    Future<SearchMemoriesResponse> latter = begin(request(updated.getWaitToken()));
    awaitWaiting(1);
    node.model.release();
    assertThat(latter.get().getHits(0).getMemory().getContent()).isEqualTo("apple juice");
  }

  @Test
  void whatIsDeletedMeanwhileIsNotWaitedForAnyLonger() throws Exception {
    node.model.hold();
    StoreMemoryResponse stored = store("apple pie");
    Future<SearchMemoriesResponse> search = begin(request(stored.getWaitToken()));
    awaitWaiting(1);

    var _ =
        memories.deleteMemory(
            DeleteMemoryRequest.newBuilder()
                .setNamespace(space)
                .setMemoryId(stored.getMemory().getMemoryId())
                .build());

    assertNothingMissing(search.get());
    assertNothingMissing(memories.searchMemories(request(stored.getWaitToken()).build()));
  }

  @Test
  void aHiddenMemoryIsLikeOneThatIsGone() {
    node.model.hold();
    StoreMemoryResponse stored = store("apple pie");
    var _ =
        MemoryServiceGrpc.newBlockingStub(node.channel(HeldNode.key(grant(space, "version > 0"))))
            .updateMemory(
                UpdateMemoryRequest.newBuilder()
                    .setNamespace(space)
                    .setMemory(
                        Memory.newBuilder()
                            .setMemoryId(stored.getMemory().getMemoryId())
                            .setSensitivity(Sensitivity.SENSITIVITY_RESTRICTED))
                    .setUpdateMask(FieldMask.newBuilder().addPaths("sensitivity"))
                    .build());

    SearchMemoriesResponse found = memories.searchMemories(request(stored.getWaitToken()).build());

    assertNothingMissing(found);
    assertThat(found.getTimes().getWaitMicros()).isZero();
  }

  @Test
  void refusesATokenThatIsNotForThisSearchByItsPlace() throws Exception {
    String mine = store("apple pie").getWaitToken();
    String other = node.namespace();
    IssuedApiKey both = HeldNode.key(grant, grant(other, "version > 0"));
    MemoryServiceBlockingStub wide = MemoryServiceGrpc.newBlockingStub(node.channel(both));
    String elsewhere =
        wide.storeMemory(
                StoreMemoryRequest.newBuilder()
                    .setNamespace(other)
                    .setMemory(Memory.newBuilder().setContent("apple"))
                    .build())
            .getWaitToken();
    char last = mine.charAt(20) == 'A' ? 'B' : 'A';
    String forged = mine.substring(0, 20) + last + mine.substring(21);

    assertRefused(memories, request(mine, forged), "wait_for[1]");
    assertRefused(memories, request(elsewhere), "wait_for[0]");
    assertRefused(wide, request(mine), "wait_for[0]");
    assertRefused(wide, request(elsewhere), "wait_for[0]");
    assertNothingMissing(begin(node.channel(both), request(elsewhere).addNamespaces(other)).get());
  }

  private static void assertRefused(
      MemoryServiceBlockingStub stub, SearchMemoriesRequest.Builder request, String field)
      throws Exception {
    StatusRuntimeException refusal =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> stub.searchMemories(request.build()));
    assertThat(refusal.getStatus().getCode().name()).isEqualTo("INVALID_ARGUMENT");
    assertThat(info(refusal).getMetadataMap()).containsEntry("field", field);
  }

  private static ErrorInfo info(StatusRuntimeException refusal) throws Exception {
    for (Any detail : requireNonNull(StatusProto.fromThrowable(refusal)).getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        return detail.unpack(ErrorInfo.class);
      }
    }
    throw new AssertionError("no reason", refusal);
  }

  @Test
  void thoseWhoWaitHoldNoThreadAndAreBounded() throws Exception {
    node.model.hold();
    StoreMemoryResponse stored = store("apple pie");
    List<Future<SearchMemoriesResponse>> waiting = new ArrayList<>();
    for (int i = 0; i < HeldNode.WAITING_PER_KEY_MAX; i++) {
      waiting.add(begin(request(stored.getWaitToken())));
    }
    awaitWaiting(HeldNode.WAITING_PER_KEY_MAX);

    assertThat(HeldNode.WAITING_PER_KEY_MAX).isGreaterThan(HeldNode.HANDLER_THREADS);
    assertThat(
            memories
                .getMemory(
                    GetMemoryRequest.newBuilder()
                        .setNamespace(space)
                        .setMemoryId(stored.getMemory().getMemoryId())
                        .build())
                .getMemory()
                .getContent())
        .isEqualTo("apple pie");
    assertNoPlace(key, stored.getWaitToken(), "rekindle.requests.waiting-per-key-max");

    IssuedApiKey another = HeldNode.key(grant);
    String token =
        MemoryServiceGrpc.newBlockingStub(node.channel(another))
            .storeMemory(
                StoreMemoryRequest.newBuilder()
                    .setNamespace(space)
                    .setMemory(Memory.newBuilder().setContent("apple"))
                    .build())
            .getWaitToken();
    waiting.add(begin(node.channel(another), request(token)));
    awaitWaiting(HeldNode.WAITING_MAX);
    assertNoPlace(another, token, "rekindle.requests.waiting-max");

    node.model.release();
    for (Future<SearchMemoriesResponse> each : waiting) {
      assertNothingMissing(each.get());
    }
  }

  private void assertNoPlace(IssuedApiKey who, String token, String limitKey) throws Exception {
    StatusRuntimeException refusal = refusal(begin(node.channel(who), request(token)));
    assertThat(refusal.getStatus().getCode().name()).isEqualTo("RESOURCE_EXHAUSTED");
    assertThat(info(refusal).getMetadataMap()).containsEntry("limit_key", limitKey);
    assertThat(node.searches(who)).contains("read TOO_MANY_REQUESTS");
  }

  private static StatusRuntimeException refusal(Future<SearchMemoriesResponse> search) {
    ExecutionException failure = catchThrowableOfType(ExecutionException.class, search::get);
    return (StatusRuntimeException) requireNonNull(failure.getCause());
  }

  @Test
  void whoCancelsOrBreaksTheConnectionLetsGoAtOnce() throws Exception {
    node.model.hold();
    String token = store("apple pie").getWaitToken();
    Future<SearchMemoriesResponse> cancelled = begin(request(token));
    try (GrpcTestDoor other = node.client()) {
      var _ = begin(other.channel(key.text()), request(token));
      awaitWaiting(2);

      cancelled.cancel(true);

      awaitWaiting(1);
    }
    awaitWaiting(0);
    assertThat(node.searches(key)).as("nobody was told anything").isEmpty();
  }

  @Test
  void aKeyThatIsRevokedMeanwhileIsToldNothing() throws Exception {
    node.model.hold();
    Future<SearchMemoriesResponse> search = begin(request(store("apple pie").getWaitToken()));
    awaitWaiting(1);

    HeldNode.revoke(key);
    node.model.release();

    assertThat(refusal(search).getStatus().getCode().name()).isEqualTo("UNAUTHENTICATED");
  }

  @Test
  void aGrantThatIsTakenAwayMeanwhileCountsWhenItAnswers() throws Exception {
    node.model.hold();
    Future<SearchMemoriesResponse> search = begin(request(store("apple pie").getWaitToken()));
    awaitWaiting(1);

    HeldNode.remove(key, grant);
    node.model.release();

    assertThat(refusal(search).getStatus().getCode().name()).isEqualTo("PERMISSION_DENIED");
    assertThat(node.searches(key)).containsExactly("denial PERMISSION_DENIED");
  }

  @Test
  void aNodeWithItsOwnModelFindsWhatWasStoredAMomentAgo() {
    TestNode real = TestNode.shared();
    try (GrpcTestDoor door = new GrpcTestDoor(real)) {
      Channel admin = door.channel(real.adminKey());
      String mine = "wait_" + UUID.randomUUID().toString().substring(0, 8);
      new GrpcTenants(admin).create(Namespace.newBuilder().setNamespace(mine).build());
      MemoryServiceBlockingStub stub = MemoryServiceGrpc.newBlockingStub(admin);
      StoreMemoryResponse stored =
          stub.storeMemory(
              StoreMemoryRequest.newBuilder()
                  .setNamespace(mine)
                  .setMemory(Memory.newBuilder().setContent("an apple a day"))
                  .build());

      SearchMemoriesResponse found =
          stub.withDeadlineAfter(110, TimeUnit.SECONDS)
              .searchMemories(
                  request(stored.getWaitToken()).clearNamespaces().addNamespaces(mine).build());

      assertThat(ids(found)).containsExactly(stored.getMemory().getMemoryId());
      assertNothingMissing(found);
    }
  }

  @Test
  void aNamespaceThatIsDeletedMeanwhileEndsTheWait() throws Exception {
    node.model.hold();
    Future<SearchMemoriesResponse> search = begin(request(store("apple pie").getWaitToken()));
    awaitWaiting(1);

    node.delete(space);

    assertThat(refusal(search).getStatus().getCode().name()).isEqualTo("NOT_FOUND");
  }
}
