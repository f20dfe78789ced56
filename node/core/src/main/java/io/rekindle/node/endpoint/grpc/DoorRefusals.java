package io.rekindle.node.endpoint.grpc;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestContext;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.common.util.Exceptions;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.util.AttributeKey;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.gate.Refusal;
import io.rekindle.node.gate.RefusalSink;
import io.rekindle.node.gate.RequestHandler;
import io.rekindle.node.model.RequestId;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that no answer leaves unaccounted for: whatever the server below io.grpc, or a call
 * before it reaches the gate, answers by itself is counted as a refusal, before its first byte
 * leaves. It does not rely on knowing every way to fail: an answer that begins without the gate
 * having been asked is a refusal, whatever it is, unless its client has cancelled the call.
 * Thread-safe.
 */
final class DoorRefusals implements DecoratingHttpServiceFunction {
  /** Present when the gate has been asked, or the refusal is counted. */
  private static final AttributeKey<Boolean> ACCOUNTED =
      AttributeKey.valueOf(DoorRefusals.class, "ACCOUNTED");

  private static final AttributeKey<Refusal> REASON =
      AttributeKey.valueOf(DoorRefusals.class, "REASON");

  private final RefusalSink sink;
  private final Executor handlers;
  private final long requestBytesMax;
  private final Connections connections;

  DoorRefusals(RefusalSink sink, Executor handlers, long requestBytesMax, Connections connections) {
    this.sink = sink;
    this.handlers = handlers;
    this.requestBytesMax = requestBytesMax;
    this.connections = connections;
  }

  /** The handler, which from now on answers for what it is asked. */
  RequestHandler accounting(RequestHandler handler) {
    return request -> {
      ServiceRequestContext.current().setAttr(ACCOUNTED, true);
      return handler.handle(request);
    };
  }

  /** A page that tells nobody anything: no record is due for it. */
  HttpService exempt(HttpService page) {
    return (context, request) -> {
      context.setAttr(ACCOUNTED, true);
      return page.serve(context, request);
    };
  }

  /** How a call came in; its steps run with its context at hand, and keep its room. */
  Arrival arrival(ServiceRequestContext context) {
    RequestRoom.Share share = RequestRoom.share(context);
    Executor executor =
        step -> {
          if (!share.hold()) {
            return; // The client is gone, and nothing is left of its request.
          }
          Runnable last =
              () -> {
                try {
                  step.run();
                } finally {
                  share.release();
                }
              };
          try {
            handlers.execute(context.makeContextAware(last));
          } catch (RejectedExecutionException e) {
            share.release();
            refuse(context, Refusal.QUEUE_FULL);
            throw e;
          }
        };
    return new Arrival(peer(context), executor, room(context, share));
  }

  private Arrival.Room room(ServiceRequestContext context, RequestRoom.Share share) {
    return new Arrival.Room() {
      @Override
      public boolean fits(long messageBytes) {
        return accounted(share.fit(messageBytes));
      }

      @Override
      public boolean mayBegin() {
        return accounted(share.mayBegin());
      }

      @Override
      public void answers(long messageBytes) {
        share.answer(messageBytes);
      }

      private boolean accounted(boolean hasRoom) {
        if (!hasRoom) {
          refuse(context, Refusal.ROOM_FULL);
        }
        return hasRoom;
      }
    };
  }

  /** Of the answer that follows, this is why. */
  static void because(ServiceRequestContext context, Refusal refusal) {
    context.setAttr(REASON, refusal);
  }

  private void refuse(ServiceRequestContext context, Refusal refusal) {
    context.setAttr(ACCOUNTED, true);
    sink.refused(peer(context), refusal);
  }

  @Override
  public HttpResponse serve(HttpService service, ServiceRequestContext context, HttpRequest request)
      throws Exception {
    return service
        .serve(context, request)
        .peekHeaders(
            headers -> {
              if (!isForNobody(headers)) {
                begins(context, reason(headers.status(), headers));
              }
            })
        .peekError(cause -> fails(context, cause));
  }

  private void begins(ServiceRequestContext context, Refusal byAnswer) {
    if (context.attr(ACCOUNTED) == null) {
      Refusal known = context.attr(REASON);
      refuse(context, known == null ? byAnswer : known);
    }
  }

  /** The server makes an answer of the error, unless the client is gone. */
  private void fails(ServiceRequestContext context, Throwable cause) {
    Throwable peeled = Exceptions.peel(cause);
    if (!isGone(peeled)) {
      begins(context, reason(peeled, Status.INTERNAL));
    }
  }

  /** The client cancelled its call, or its connection broke: nothing is answered. */
  private static boolean isGone(Throwable peeled) {
    return Exceptions.isStreamCancelling(peeled) || peeled instanceof ClosedStreamException;
  }

  /** Tells a client what the server below found wrong, as precisely as the gate would. */
  Status describe(RequestContext context, Status status, Throwable cause, Metadata trailers) {
    Throwable peeled = Exceptions.peel(cause);
    if (context.attr(ACCOUNTED) != null) {
      return status;
    }
    if (isGone(peeled)) {
      return Status.CANCELLED;
    }
    Refusal reason = reason(peeled, status);
    context.setAttr(REASON, reason);
    RekindleException error =
        switch (reason) {
          case REQUEST_TOO_LARGE ->
              new RekindleException(
                  ErrorCode.LIMIT_EXCEEDED,
                  "the request exceeds its limit, counted after decompression",
                  Map.of(
                      "field", "request",
                      "limit", Long.toString(requestBytesMax),
                      "unit", "bytes"));
          case REQUEST_TOO_SLOW ->
              new RekindleException(
                  ErrorCode.DEADLINE_EXCEEDED, "the request did not arrive as a whole in time");
          case ROOM_FULL -> UnaryCall.busy();
          default -> RekindleException.invalid("request", "the request's frames can't be read");
        };
    var described = GrpcErrors.ofCall(error, RequestId.random());
    Metadata details = described.getTrailers();
    if (details != null) {
      trailers.merge(details);
    }
    return described.getStatus();
  }

  /** What breaks HTTP itself never gets to be a request; its connection is known all the same. */
  ServerErrorHandler protocolViolations() {
    return new ServerErrorHandler() {
      @Override
      public @Nullable HttpResponse onServiceException(
          ServiceRequestContext context, Throwable cause) {
        return null;
      }

      @Override
      public @Nullable AggregatedHttpResponse onProtocolViolation(
          ServiceConfig config,
          @Nullable RequestHeaders headers,
          HttpStatus status,
          @Nullable String description,
          @Nullable Throwable cause) {
        sink.refused(connections.beingRead(), reason(status, HttpHeaders.of()));
        return null;
      }
    };
  }

  /** The client cancelled its call: what would be the answer does not leave. */
  private static boolean isForNobody(HttpHeaders headers) {
    return headers.getInt("grpc-status", 0) == Status.Code.CANCELLED.value();
  }

  private static Refusal reason(HttpStatus status, HttpHeaders headers) {
    int grpc = headers.getInt("grpc-status", 0);
    return switch (status.code()) {
      case 200 -> reason(Status.fromCodeValue(grpc));
      case 404, 405, 406, 415 -> Refusal.METHOD_UNKNOWN;
      case 408 -> Refusal.REQUEST_TOO_SLOW;
      case 413 -> Refusal.REQUEST_TOO_LARGE;
      default -> status.isServerError() ? Refusal.DOOR_FAILED : Refusal.REQUEST_MALFORMED;
    };
  }

  private static Refusal reason(Status status) {
    return switch (status.getCode()) {
      case UNIMPLEMENTED -> Refusal.METHOD_UNKNOWN;
      case RESOURCE_EXHAUSTED -> Refusal.REQUEST_TOO_LARGE;
      default -> Refusal.REQUEST_MALFORMED;
    };
  }

  private static Refusal reason(Throwable cause, Status status) {
    return switch (cause) {
      case RequestTimeoutException _ -> Refusal.REQUEST_TOO_SLOW;
      case ContentTooLargeException _ -> Refusal.REQUEST_TOO_LARGE;
      case RequestRoom.NoRoomException _ -> Refusal.ROOM_FULL;
      case HttpStatusException known -> reason(known.httpStatus(), HttpHeaders.of());
      default -> reason(status);
    };
  }

  static String peer(ServiceRequestContext context) {
    return context.clientAddress().getHostAddress();
  }
}
