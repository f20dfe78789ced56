package io.rekindle.node.endpoint.grpc;

import io.rekindle.node.gate.Request;
import io.rekindle.node.gate.RequestHandler;
import io.rekindle.node.model.RequestId;
import java.time.Duration;
import java.time.InstantSource;

/**
 * What every call of the door shares.
 *
 * @param deadlineDefault of a call that brings no timeout
 */
record CallContext(
    RequestHandler handler,
    Arrival.Source arrivals,
    InstantSource clock,
    Duration deadlineDefault,
    Duration deadlineMax) {

  /** The request of one step of a call; a malformed head is refused like a malformed body. */
  Request request(RequestId id, CallHead head, Request.Decoder decoder) {
    return request("grpc", id, head, patience(head), decoder);
  }

  /** As above, of a call that has waited already for a part of its time. */
  Request request(RequestId id, CallHead head, Duration waited, Request.Decoder decoder) {
    return request("grpc", id, head, patience(head).minus(waited), decoder);
  }

  /** As above, over another protocol of the same port. */
  Request request(String transport, RequestId id, CallHead head, Request.Decoder decoder) {
    return request(transport, id, head, patience(head), decoder);
  }

  /** For how long a client waits for the whole of its call. */
  Duration patience(CallHead head) {
    return head.patience(deadlineDefault, deadlineMax);
  }

  private Request request(
      String transport, RequestId id, CallHead head, Duration timeLeft, Request.Decoder decoder) {
    Request.Decoder checked =
        namespace -> {
          if (head.malformed() != null) {
            throw head.malformed();
          }
          return decoder.decode(namespace);
        };
    return new Request(
        id, transport, head.peer(), head.credential(), clock.instant().plus(timeLeft), checked);
  }
}
