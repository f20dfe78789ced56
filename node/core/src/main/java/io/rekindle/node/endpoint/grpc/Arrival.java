package io.rekindle.node.endpoint.grpc;

import io.grpc.ServerCall;
import java.util.concurrent.Executor;
import java.util.function.LongPredicate;

/**
 * How a call came in.
 *
 * @param peer the socket's address, without the port
 * @param executor runs the steps of this call; bounded, refuses with {@code
 *     RejectedExecutionException} when it is full, and has then accounted for that
 * @param room whether the node has room for the call's message of so many bytes; has accounted for
 *     it when it has not
 */
record Arrival(String peer, Executor executor, LongPredicate room) {
  /** Tells of a call how it came in; the server below io.grpc knows. */
  @FunctionalInterface
  interface Source {
    /** To be asked when the call starts. */
    Arrival of(ServerCall<?, ?> call);
  }
}
