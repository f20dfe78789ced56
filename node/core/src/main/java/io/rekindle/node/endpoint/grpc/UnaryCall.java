package io.rekindle.node.endpoint.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Limits;
import io.rekindle.node.model.RequestId;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One call with one answer. Its listener methods run in order; the body on the executor. A call
 * that is put off waits without a thread, and is then a request through the gate once more.
 */
final class UnaryCall<R extends Message> extends ServerCall.Listener<ByteString> {
  private final ServerCall<ByteString, R> call;
  private final Arrival arrival;
  private final Body<R> body;
  private final RequestId id = RequestId.random();
  private @Nullable ByteString message;
  private boolean refused;

  /** What the call waits for, or waited for. */
  private volatile @Nullable Future<?> wait;

  private UnaryCall(ServerCall<ByteString, R> call, Arrival arrival, Body<R> body) {
    this.call = call;
    this.arrival = arrival;
    this.body = body;
  }

  /** Makes the answer, or says when to try again; blocks. */
  @FunctionalInterface
  interface Body<R> {
    /**
     * One try.
     *
     * @param waited between the first try and this one; null in the first
     */
    Step<R> answer(RequestId id, ByteString message, @Nullable Duration waited);
  }

  /** What came of a try. */
  sealed interface Step<R> {}

  record Answer<R>(R message) implements Step<R> {}

  /** To be tried again when {@code over} is; cancelled when nobody waits for that any more. */
  record Later<R>(CompletableFuture<?> over) implements Step<R> {}

  static <R extends Message> ServerCall.Listener<ByteString> start(
      ServerCall<ByteString, R> call, Arrival arrival, Body<R> body) {
    // Two, so that a client that wrongly sends a second message is noticed.
    call.request(2);
    return new UnaryCall<>(call, arrival, body);
  }

  @Override
  public void onMessage(ByteString received) {
    if (refused) {
      return;
    }
    if (message != null) {
      refuse(RekindleException.invalid("request", "a unary call has one message"));
    } else if (arrival.room().fits(received.size())) {
      message = received;
    } else {
      refuse(busy());
    }
  }

  @Override
  public void onHalfClose() {
    ByteString received = message;
    if (refused) {
      return;
    }
    if (received == null) {
      refuse(RekindleException.invalid("request", "a unary call has one message"));
      return;
    }
    step(received, null);
  }

  /** The client is gone: whatever the call waits for, its place is free. */
  @Override
  public void onCancel() {
    Future<?> left = wait;
    if (left != null) {
      left.cancel(false);
    }
  }

  private void step(ByteString received, @Nullable Duration waited) {
    try {
      arrival.executor().execute(() -> run(received, waited));
    } catch (RejectedExecutionException e) {
      close(call, busy(), id);
    }
  }

  private void refuse(RekindleException error) {
    refused = true;
    close(call, error, id);
  }

  private void run(ByteString received, @Nullable Duration waited) {
    if (call.isCancelled()) {
      return; // While it waited; nobody asks any more.
    }
    if (!arrival.room().mayBegin()) {
      close(call, busy(), id);
      return;
    }
    Step<R> step;
    try {
      step = body.answer(id, received, waited);
    } catch (Throwable e) {
      close(call, e, id);
      return;
    }
    switch (step) {
      case Answer<R>(R answer) -> send(answer);
      case Later<R>(CompletableFuture<?> over) -> {
        if (received.size() <= Limits.WAITING_REQUEST_BYTES_MAX) {
          await(over, received);
        } else {
          over.cancel(false);
          close(call, tooLargeToWait(received.size()), id);
        }
      }
    }
  }

  /** It keeps its bytes, and their part of the room for all requests, for as long as it waits. */
  private static RekindleException tooLargeToWait(int bytes) {
    return new RekindleException(
        ErrorCode.LIMIT_EXCEEDED,
        "a request that waits is smaller",
        Map.of(
            "field",
            "wait_for",
            "limit",
            Integer.toString(Limits.WAITING_REQUEST_BYTES_MAX),
            "actual",
            Integer.toString(bytes),
            "unit",
            "bytes"));
  }

  private void await(CompletableFuture<?> over, ByteString received) {
    long since = System.nanoTime();
    wait = over;
    if (call.isCancelled()) {
      over.cancel(false); // Perhaps before it was to be seen what to cancel.
    }
    var _ = over.thenRun(() -> step(received, Duration.ofNanos(System.nanoTime() - since)));
  }

  private void send(R answer) {
    if (!call.isCancelled()) {
      arrival.room().answers(answer.getSerializedSize());
      call.sendHeaders(new Metadata());
      call.sendMessage(answer);
      call.close(Status.OK, new Metadata());
    }
  }

  static RekindleException busy() {
    return new RekindleException(
        ErrorCode.TOO_MANY_REQUESTS, "the node has no room for more requests now");
  }

  static void close(ServerCall<?, ?> call, Throwable error, RequestId id) {
    StatusRuntimeException status = GrpcErrors.ofCall(error, id);
    Metadata trailers = status.getTrailers();
    if (!call.isCancelled()) {
      call.close(status.getStatus(), trailers == null ? new Metadata() : trailers);
    }
  }
}
