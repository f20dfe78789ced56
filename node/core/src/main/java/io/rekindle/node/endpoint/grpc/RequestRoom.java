package io.rekindle.node.endpoint.grpc;

import com.linecorp.armeria.common.ExchangeType;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.RoutingContext;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.SimpleDecoratingHttpService;
import io.netty.util.AttributeKey;
import io.rekindle.node.gate.Refusal;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.Publisher;

/**
 * The memory that all requests share which arrive, wait or are worked on, whoever sends them: a
 * bound that holds before their senders are known. A request takes {@link #FIRST_BYTES} when it
 * begins, more as more of its body arrives, and what decompression adds when its message is whole;
 * it gives all of it back when its answer has left and no step of it waits or runs. What finds no
 * room is refused, and whoever already has room goes on.
 *
 * <p>An answer that waits for its reader counts too. It is never refused, as it is recorded by
 * then, but while it leaves no room no further step begins: together they are over the bound by an
 * answer for each handler thread at the most. Thread-safe.
 */
final class RequestRoom {
  /** For the largest list of headers that the door takes. */
  private static final long HEAD_BYTES = 8 * 1024;

  /** For the headers and a short body: once it has begun, a small request is never cut off. */
  static final long FIRST_BYTES = 2 * HEAD_BYTES;

  private static final AttributeKey<Share> SHARE = AttributeKey.valueOf(RequestRoom.class, "SHARE");

  private final long bytesMax;
  private final AtomicLong taken = new AtomicLong();

  RequestRoom(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** There is no room for a request, or for the rest of one. */
  static final class NoRoomException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoRoomException() {
      super("no room for more requests", null, false, false);
    }
  }

  /** The service, for requests that have room. */
  HttpService guarding(HttpService service) {
    return new SimpleDecoratingHttpService(service) {
      /** Armeria would else collect the whole body of a unary call before it asks any service. */
      @Override
      public ExchangeType exchangeType(RoutingContext context) {
        return ExchangeType.BIDI_STREAMING;
      }

      @Override
      public HttpResponse serve(ServiceRequestContext context, HttpRequest request)
          throws Exception {
        Share share = new Share();
        if (!share.begin()) {
          DoorRefusals.because(context, Refusal.ROOM_FULL);
          return HttpResponse.of(HttpStatus.SERVICE_UNAVAILABLE);
        }
        context.setAttr(SHARE, share);
        var _ = context.log().whenComplete().thenRun(share::release);
        HttpRequest counted = counted(request, share);
        context.updateRequest(counted);
        return unwrap().serve(context, counted);
      }
    };
  }

  private static HttpRequest counted(HttpRequest request, Share share) {
    HttpRequest peeked =
        request.peekData(
            data -> {
              if (!share.arrived(data.length())) {
                throw new NoRoomException();
              }
            });
    // As a mere publisher: Armeria would collect the body of a stream of its own before it peeks.
    Publisher<HttpObject> asItArrives = subscriber -> peeked.subscribe(subscriber);
    return HttpRequest.of(request.headers(), asItArrives);
  }

  /** What the request of a context has taken. */
  static Share share(ServiceRequestContext context) {
    Share share = context.attr(SHARE);
    if (share == null) {
      throw new IllegalStateException("a request without a share of the room");
    }
    return share;
  }

  /** What all requests have taken together, in bytes. */
  long taken() {
    return taken.get();
  }

  /** One request's part of the room. Thread-safe. */
  final class Share {
    /** The request itself, and each of its steps that waits or runs. */
    private int holders = 1;

    private long held;
    private long used = HEAD_BYTES;
    private long answer;

    /** Takes the room of a small request; false when there is none. */
    private synchronized boolean begin() {
      return take(FIRST_BYTES);
    }

    /** Makes room for so many bytes more; false, with nothing taken, when there is none. */
    private synchronized boolean arrived(long bytes) {
      return use(used + bytes);
    }

    /** Makes room for a message of so many bytes, of which some have arrived already. */
    synchronized boolean fit(long message) {
      return use(Math.max(used, HEAD_BYTES + message));
    }

    /** Counts an answer, or the next page of one, in the place of the one before. */
    synchronized void answer(long bytes) {
      if (holders > 0) {
        taken.addAndGet(bytes - answer);
        answer = bytes;
      }
    }

    /** Whether a step may begin. */
    boolean mayBegin() {
      return taken.get() <= bytesMax;
    }

    private boolean use(long bytes) {
      if (bytes > held && !take(bytes - held)) {
        return false;
      }
      used = bytes;
      return true;
    }

    private boolean take(long bytes) {
      if (holders == 0) {
        return false;
      }
      if (taken.addAndGet(bytes) > bytesMax) {
        taken.addAndGet(-bytes);
        return false;
      }
      held += bytes;
      return true;
    }

    /** Keeps the room until a {@link #release} more; false when it was given back already. */
    synchronized boolean hold() {
      if (holders > 0) {
        holders++;
        return true;
      }
      return false;
    }

    /** The last one gives the room back. */
    synchronized void release() {
      holders--;
      if (holders == 0) {
        taken.addAndGet(-held - answer);
        held = 0;
        answer = 0;
      }
    }
  }
}
