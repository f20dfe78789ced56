package io.rekindle.node.endpoint.grpc;

import io.grpc.ServerCall;
import java.util.concurrent.Executor;

/**
 * How a call came in.
 *
 * @param peer the socket's address, without the port
 * @param executor runs the steps of this call; bounded, refuses with {@code
 *     RejectedExecutionException} when it is full, and has then accounted for that
 * @param room what the call may hold in memory
 */
record Arrival(String peer, Executor executor, Room room) {
  /** A call's part of the node's memory. Thread-safe. */
  interface Room {
    /** Whether there is room for the call's message; has accounted for it when there is not. */
    boolean fits(long messageBytes);

    /** Whether a step may be begun; has accounted for it when it may not. */
    boolean mayBegin();

    /** Counts what is about to be sent, in the place of what was sent before. */
    void answers(long messageBytes);
  }

  /** Tells of a call how it came in; the server below io.grpc knows. */
  @FunctionalInterface
  interface Source {
    /** To be asked when the call starts. */
    Arrival of(ServerCall<?, ?> call);
  }
}
