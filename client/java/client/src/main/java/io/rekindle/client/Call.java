package io.rekindle.client;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One prepared call; nothing is sent before it runs. Immutable and thread-safe; running it twice is
 * calling twice, with the same idempotency key. A write that was tried again, and refused after an
 * attempt without an answer, fails with {@code OUTCOME_UNKNOWN}.
 */
public final class Call<R> {
  private final Once<R> once;
  private final @Nullable Duration deadline;

  private Call(Once<R> once, @Nullable Duration deadline) {
    this.once = once;
    this.deadline = deadline;
  }

  static <Q, R> Call<R> of(
      Channel channel, MethodDescriptor<Q, R> method, Q request, Duration deadline) {
    Once<R> once =
        given -> {
          CallOptions options = withDeadline(CallOptions.DEFAULT, given);
          return ClientCalls.futureUnaryCall(channel.newCall(method, options), request);
        };
    return new Call<>(once, deadline);
  }

  /**
   * A write, whose refusal is worth less when gRPC tried it before and had no answer.
   *
   * @param unsure what is answered then, of an answer that itself has refusals
   */
  static <Q, R> Call<R> ofWrite(
      Channel channel,
      MethodDescriptor<Q, R> method,
      Q request,
      Duration deadline,
      UnaryOperator<R> unsure) {
    Once<R> once =
        given -> {
          Attempts attempts = new Attempts();
          CallOptions options =
              withDeadline(CallOptions.DEFAULT, given).withStreamTracerFactory(attempts);
          ListenableFuture<R> last =
              Futures.transform(
                  ClientCalls.futureUnaryCall(channel.newCall(method, options), request),
                  answer -> attempts.leftOpen() ? unsure.apply(answer) : answer,
                  MoreExecutors.directExecutor());
          return Futures.catchingAsync(
              last,
              StatusRuntimeException.class,
              e -> Futures.immediateFailedFuture(attempts.leftOpen() ? unsure(e) : e),
              MoreExecutors.directExecutor());
        };
    return new Call<>(once, deadline);
  }

  /** The same, of an answer without refusals. */
  static <Q, R> Call<R> ofWrite(
      Channel channel, MethodDescriptor<Q, R> method, Q request, Duration deadline) {
    return ofWrite(channel, method, request, deadline, UnaryOperator.identity());
  }

  private static Throwable unsure(StatusRuntimeException refused) {
    com.google.rpc.Status status = StatusProto.fromThrowable(refused);
    return status == null
        ? refused
        : StatusProto.toStatusRuntimeException(Attempts.afterOpen(status));
  }

  /** The same call with another deadline, counted from the moment it runs. */
  public Call<R> withDeadline(Duration other) {
    return new Call<>(once, other);
  }

  /**
   * Runs it and waits for the answer.
   *
   * @throws RekindleClientException when the call fails, or the thread is interrupted
   */
  public R execute() {
    ListenableFuture<R> future = once.start(deadline);
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw RekindleClientException.of(e.getCause());
    } catch (InterruptedException e) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      throw RekindleClientException.of(e);
    }
  }

  /**
   * Runs it without waiting.
   *
   * @return completes with the answer, or with a {@link RekindleClientException}; cancelling it
   *     cancels the call
   */
  public CompletableFuture<R> executeAsync() {
    ListenableFuture<R> started = once.start(deadline);
    CompletableFuture<R> answer =
        new CompletableFuture<>() {
          @Override
          public boolean cancel(boolean mayInterruptIfRunning) {
            // First the answer, which the end of the call would else complete as a failure.
            boolean cancelled = super.cancel(mayInterruptIfRunning);
            started.cancel(mayInterruptIfRunning);
            return cancelled;
          }
        };
    Futures.addCallback(
        started,
        new FutureCallback<R>() {
          @Override
          public void onSuccess(R result) {
            answer.complete(result);
          }

          @Override
          public void onFailure(Throwable error) {
            answer.completeExceptionally(RekindleClientException.of(error));
          }
        },
        MoreExecutors.directExecutor());
    return answer;
  }

  static CallOptions withDeadline(CallOptions options, @Nullable Duration deadline) {
    return deadline == null
        ? options
        : options.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Sends the request; fails through the future only. */
  @FunctionalInterface
  private interface Once<R> {
    ListenableFuture<R> start(@Nullable Duration deadline);
  }
}
