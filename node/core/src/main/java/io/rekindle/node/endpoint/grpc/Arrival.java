package io.rekindle.node.endpoint.grpc;

import io.grpc.ServerCall;
import java.util.concurrent.Executor;

/**
 * How a call came in.
 *
 * @param peer the socket's address, without the port
 * @param executor runs the steps of this call; bounded, refuses with {@code
 *     RejectedExecutionException} when it is full, and has then accounted for that
 */
record Arrival(String peer, Executor executor) {
  /** Tells of a call how it came in; the server below io.grpc knows. */
  @FunctionalInterface
  interface Source {
    /** To be asked when the call starts. */
    Arrival of(ServerCall<?, ?> call);
  }
}
