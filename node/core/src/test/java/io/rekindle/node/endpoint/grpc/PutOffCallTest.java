package io.rekindle.node.endpoint.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.rekindle.node.gate.Request;
import io.rekindle.node.model.Command;
import io.rekindle.node.model.Limits;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.WaitFor;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.SearchMemoriesResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A call that the gate puts off is handled once more, and holds nothing until then. */
@Timeout(60)
class PutOffCallTest {
  private static final java.time.Duration NONE = java.time.Duration.ZERO;
  private static final Reply FOUND =
      new Reply.Found(
          List.of(),
          true,
          false,
          false,
          new Reply.SearchTimes(NONE, NONE, NONE, NONE),
          new Reply.WaitOutcome(List.of(1), List.of()),
          null);

  private final CompletableFuture<Void> over = new CompletableFuture<>();

  /** One thread: a call that held it would let no other through. */
  private final ExecutorService thread = Executors.newSingleThreadExecutor();

  private final AtomicInteger steps = new AtomicInteger();
  private final CompletableFuture<Void> putOff = new CompletableFuture<>();
  private @Nullable InProcessDoor door;

  @AfterEach
  void close() {
    if (door != null) {
      door.close();
    }
    thread.shutdownNow();
  }

  private InProcessDoor open(Executor executor) {
    InProcessDoor opened = new InProcessDoor(this::reply, executor);
    door = opened;
    return opened;
  }

  private Reply reply(Command command) {
    WaitFor wait = ((MemoryCommand.Search) command).waitFor();
    if (wait.tokens().isEmpty() || wait.waited() != null) {
      return FOUND;
    }
    putOff.complete(null);
    return new Reply.NotYet(over);
  }

  private static SearchMemoriesRequest request(String... tokens) {
    return SearchMemoriesRequest.newBuilder()
        .addNamespaces("a")
        .setQuery("x")
        .addAllWaitFor(List.of(tokens))
        .setWaitTimeout(Duration.newBuilder().setNanos(500_000_000))
        .build();
  }

  private static Future<SearchMemoriesResponse> search(InProcessDoor door, String... tokens) {
    return MemoryServiceGrpc.newFutureStub(door.channel)
        .withDeadlineAfter(40, TimeUnit.SECONDS)
        .searchMemories(request(tokens));
  }

  @Test
  void isHandledAgainWhenTheWaitIsOver() throws Exception {
    InProcessDoor opened = open(thread);
    Future<SearchMemoriesResponse> answer = search(opened, "t1", "t2");
    putOff.get();
    assertThat(search(opened).get().getExact()).as("while the first waits").isTrue();
    assertThat(answer).isNotDone();

    over.complete(null);

    assertThat(answer.get().getWaitOutcome().getNotReadyList()).containsExactly(1);
    WaitFor first = ((MemoryCommand.Search) opened.commands.get(0)).waitFor();
    WaitFor again = ((MemoryCommand.Search) opened.commands.get(2)).waitFor();
    assertThat(first.tokens()).containsExactly("t1", "t2");
    assertThat(first.timeout()).isEqualTo(java.time.Duration.ofMillis(500));
    assertThat(first.waited()).isNull();
    assertThat(first.patience())
        .isBetween(java.time.Duration.ofSeconds(31), java.time.Duration.ofSeconds(40));
    assertThat(again.waited()).isPositive();
    assertThat(again.patience()).isEqualTo(first.patience());
  }

  @Test
  void isOneRequestWithOneDeadline() throws Exception {
    InProcessDoor opened = open(thread);
    Future<SearchMemoriesResponse> answer = search(opened, "t1");
    putOff.get();
    Request first = opened.requests.get(0);
    over.complete(null);

    answer.get();

    Request again = opened.requests.get(1);
    assertThat(again.id()).isEqualTo(first.id());
    assertThat(java.time.Duration.between(first.deadline(), again.deadline()).abs())
        .as("the wait is taken from it")
        .isLessThan(java.time.Duration.ofSeconds(10));
  }

  @Test
  void letsGoOfItsPlaceWhenTheClientDoes() throws Exception {
    InProcessDoor opened = open(thread);
    Future<SearchMemoriesResponse> answer = search(opened, "t1");
    putOff.get();
    // Behind the first step on the one thread: from here on the call waits.
    search(opened).get();

    answer.cancel(true);

    var _ = over.handle((_, _) -> true).get();
    assertThat(over).isCancelled();
    assertThat(search(opened).get().getExact()).isTrue();
    assertThat(opened.requests).as("it is not handled again").hasSize(3);
  }

  @Test
  void isRefusedWhenItComesBackAndThereIsNoRoom() throws Exception {
    Executor once =
        step -> {
          if (steps.getAndIncrement() > 0) {
            throw new RejectedExecutionException();
          }
          thread.execute(step);
        };
    Future<SearchMemoriesResponse> answer = search(open(once), "t1");
    putOff.get();

    over.complete(null);

    assertThatExceptionOfType(java.util.concurrent.ExecutionException.class)
        .isThrownBy(answer::get)
        .havingCause()
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
  }

  @Test
  void aLargeRequestIsNotKeptWhileItWaits() {
    InProcessDoor opened = open(thread);
    ByteString padding = ByteString.copyFrom(new byte[Limits.WAITING_REQUEST_BYTES_MAX]);
    SearchMemoriesRequest large =
        request("t1").toBuilder()
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(
                        9_999,
                        UnknownFieldSet.Field.newBuilder().addLengthDelimited(padding).build())
                    .build())
            .build();
    assertThatThrownBy(
            () -> MemoryServiceGrpc.newBlockingStub(opened.channel).searchMemories(large))
        .hasMessageContaining("a request that waits is smaller");
    assertThat(over).as("its place").isCancelled();
  }
}
