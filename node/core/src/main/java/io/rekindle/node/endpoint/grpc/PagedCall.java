package io.rekindle.node.endpoint.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.RequestId;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One call with a stream of pages. Each page is a request of its own through the gate; no thread is
 * held, and no page read, while the client is slow.
 */
final class PagedCall<R extends Message> extends ServerCall.Listener<ByteString> {
  private final ServerCall<ByteString, R> call;
  private final Arrival arrival;
  private final Body<R> body;
  private final AtomicBoolean running = new AtomicBoolean();
  private volatile @Nullable ByteString message;
  private volatile @Nullable String page;
  private volatile boolean first = true;
  private volatile boolean begun;
  private volatile boolean done;

  private PagedCall(ServerCall<ByteString, R> call, Arrival arrival, Body<R> body) {
    this.call = call;
    this.arrival = arrival;
    this.body = body;
  }

  /** Makes one page; blocks. */
  @FunctionalInterface
  interface Body<R> {
    Page<R> answer(RequestId id, ByteString message, @Nullable String page);
  }

  /**
   * One page.
   *
   * @param next the token of the next page, or null when this is the last
   */
  record Page<R>(R message, @Nullable String next) {}

  static <R extends Message> ServerCall.Listener<ByteString> start(
      ServerCall<ByteString, R> call, Arrival arrival, Body<R> body) {
    call.request(2);
    return new PagedCall<>(call, arrival, body);
  }

  @Override
  public void onMessage(ByteString received) {
    if (done) {
      return;
    }
    if (message == null) {
      if (arrival.room().fits(received.size())) {
        message = received;
      } else {
        fail(UnaryCall.busy(), RequestId.random());
      }
    } else {
      fail(RekindleException.invalid("request", "this call has one message"), RequestId.random());
    }
  }

  @Override
  public void onHalfClose() {
    if (done) {
      return;
    }
    if (message == null) {
      fail(RekindleException.invalid("request", "this call has one message"), RequestId.random());
      return;
    }
    next();
  }

  @Override
  public void onReady() {
    if (!first) {
      next();
    }
  }

  @Override
  public void onCancel() {
    done = true;
  }

  /** Starts the next page, unless one is being made or the client has not read enough yet. */
  private void next() {
    if (done || !(first || call.isReady()) || !running.compareAndSet(false, true)) {
      return;
    }
    first = false;
    try {
      arrival.executor().execute(this::run);
    } catch (RejectedExecutionException e) {
      fail(UnaryCall.busy(), RequestId.random());
    }
  }

  private void run() {
    ByteString received = message;
    if (done || received == null || call.isCancelled()) {
      return;
    }
    RequestId id = RequestId.random();
    if (!arrival.room().mayBegin()) {
      fail(UnaryCall.busy(), id);
      return;
    }
    try {
      Page<R> answer = body.answer(id, received, page);
      if (!begun) {
        // Not before: an answer begins once the gate has recorded its first page.
        begun = true;
        call.sendHeaders(new Metadata());
      }
      arrival.room().answers(answer.message().getSerializedSize());
      call.sendMessage(answer.message());
      page = answer.next();
    } catch (Throwable e) {
      fail(e, id);
      return;
    }
    if (page == null) {
      done = true;
      call.close(Status.OK, new Metadata());
      return;
    }
    running.set(false);
    next();
  }

  private void fail(Throwable error, RequestId id) {
    done = true;
    UnaryCall.close(call, error, id);
  }
}
