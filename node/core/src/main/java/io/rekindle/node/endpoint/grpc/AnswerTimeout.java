package io.rekindle.node.endpoint.grpc;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.util.TimeoutMode;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.netty.util.AttributeKey;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends answers that their clients do not take; the time begins anew with each message. (A client
 * that never ends its request is cut off by the server's own timeout.)
 *
 * <p>The server ends what it has not handed to its connection yet, in HTTP/2 that stream alone. It
 * has no timeout for what it has, and of an HTTP/1.1 connection with more requests it only believes
 * to have ended the answer; so a moment later the connection itself is dropped. Thread-safe.
 */
final class AnswerTimeout implements DecoratingHttpServiceFunction, ServerInterceptor {
  private static final Duration MOMENT = Duration.ofSeconds(1);

  private static final AttributeKey<Watch> WATCH =
      AttributeKey.valueOf(AnswerTimeout.class, "WATCH");

  private final Duration max;

  /**
   * @param max longer than any request may take
   */
  AnswerTimeout(Duration max) {
    this.max = max;
  }

  @Override
  public HttpResponse serve(HttpService service, ServiceRequestContext context, HttpRequest request)
      throws Exception {
    Watch watch = new Watch(context);
    context.setAttr(WATCH, watch);
    var _ = context.log().whenComplete().thenRun(watch::end);
    return service.serve(context, request).peekHeaders(_ -> watch.begin());
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    ServiceRequestContext context = ServiceRequestContext.current();
    ServerCall<Q, R> renewing =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void sendMessage(R message) {
            Watch watch = context.attr(WATCH);
            if (watch != null) {
              watch.begin();
            }
            super.sendMessage(message);
          }
        };
    return new SimpleForwardingServerCallListener<>(next.startCall(renewing, headers)) {
      @Override
      public void onHalfClose() {
        context.setRequestTimeout(TimeoutMode.SET_FROM_NOW, max);
        super.onHalfClose();
      }
    };
  }

  /** One answer's time. Thread-safe. */
  private final class Watch {
    private final ServiceRequestContext context;
    private @Nullable Future<?> last;
    private boolean ended;

    Watch(ServiceRequestContext context) {
      this.context = context;
    }

    /** From now on, until the next time. */
    synchronized void begin() {
      if (!ended) {
        stop();
        context.setRequestTimeout(TimeoutMode.SET_FROM_NOW, max);
        last =
            context
                .eventLoop()
                .withoutContext()
                .schedule(
                    () -> Connections.of(context).drop(),
                    max.plus(MOMENT).toMillis(),
                    TimeUnit.MILLISECONDS);
      }
    }

    /** The answer has left, or nobody waits for it. */
    synchronized void end() {
      ended = true;
      stop();
    }

    private void stop() {
      if (last != null) {
        last.cancel(false);
      }
    }
  }
}
