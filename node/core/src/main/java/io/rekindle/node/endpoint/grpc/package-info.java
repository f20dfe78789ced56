/**
 * The gRPC door: wire form to {@code Command}, {@code Reply} to wire form. Decides nothing.
 *
 * <p>Starting points: {@link io.rekindle.node.endpoint.grpc.GrpcDoor} is the listening socket;
 * {@code GateCalls} turns a call into a {@code Request} for the gate; one {@code *Endpoint} per
 * service of {@code rekindle.v1} lists its methods with their decoder and encoder.
 *
 * <p>Invariants: a message is parsed inside the gate, after its caller is known, so that malformed
 * bytes are audited like any other bad input; calls run on a bounded executor, never on an event
 * loop; an error leaves through {@code GrpcErrors} alone, and one that is not a {@code
 * RekindleException} tells nothing but its request id; what is answered without the gate is
 * accounted for by {@code DoorRefusals}; what arrives takes room in {@code RequestRoom} first, and
 * who does not take answers is held back by {@code Connections} and ended by {@code AnswerTimeout}.
 * Everything but these, {@code GrpcDoor} and {@code HttpPages} is plain io.grpc.
 *
 * <p>Does not: authenticate, authorise, audit, or keep anything between calls.
 */
@NullMarked
package io.rekindle.node.endpoint.grpc;

import org.jspecify.annotations.NullMarked;
