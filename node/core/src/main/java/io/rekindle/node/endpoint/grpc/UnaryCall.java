package io.rekindle.node.endpoint.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.RequestId;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** One call with one answer. Its listener methods run in order; the body on the executor. */
final class UnaryCall<R extends Message> extends ServerCall.Listener<ByteString> {
  private final ServerCall<ByteString, R> call;
  private final Arrival arrival;
  private final Body<R> body;
  private final RequestId id = RequestId.random();
  private @Nullable ByteString message;
  private boolean refused;

  private UnaryCall(ServerCall<ByteString, R> call, Arrival arrival, Body<R> body) {
    this.call = call;
    this.arrival = arrival;
    this.body = body;
  }

  /** Makes the answer; blocks. */
  @FunctionalInterface
  interface Body<R> {
    R answer(RequestId id, ByteString message);
  }

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
    try {
      arrival.executor().execute(() -> run(received));
    } catch (RejectedExecutionException e) {
      close(call, busy(), id);
    }
  }

  private void refuse(RekindleException error) {
    refused = true;
    close(call, error, id);
  }

  private void run(ByteString received) {
    if (call.isCancelled()) {
      return; // While it waited; nobody asks any more.
    }
    if (!arrival.room().mayBegin()) {
      close(call, busy(), id);
      return;
    }
    R answer;
    try {
      answer = body.answer(id, received);
    } catch (Throwable e) {
      close(call, e, id);
      return;
    }
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
