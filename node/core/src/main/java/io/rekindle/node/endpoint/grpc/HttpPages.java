package io.rekindle.node.endpoint.grpc;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.gate.Request;
import io.rekindle.node.model.ClusterCommand;
import io.rekindle.node.model.RequestId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The pages that machines look at. {@code /healthz} and {@code /readyz} need no key and tell
 * nothing but what still warms; {@code /metrics} is a {@code GetStatus} through the gate, so that
 * the action {@code monitor} is checked and audited, answered with the meters.
 */
final class HttpPages {
  private static final MediaType PROMETHEUS =
      MediaType.parse("text/plain; version=0.0.4; charset=utf-8");

  private final CallContext context;
  private final Function<ServiceRequestContext, Arrival> arrivals;
  private final Supplier<List<String>> warming;
  private final Supplier<String> metrics;

  HttpPages(
      CallContext context,
      Function<ServiceRequestContext, Arrival> arrivals,
      Supplier<List<String>> warming,
      Supplier<String> metrics) {
    this.context = context;
    this.arrivals = arrivals;
    this.warming = warming;
    this.metrics = metrics;
  }

  /** The process lives. */
  HttpService health() {
    return (_, _) -> json(HttpStatus.OK, "{\"status\":\"ok\"}");
  }

  /** The node answers: 200, or 503 with the names of what still warms. */
  HttpService readiness() {
    return (_, _) -> {
      List<String> names = warming.get();
      String list =
          names.stream().map(name -> "\"" + name + "\"").collect(Collectors.joining(",", "[", "]"));
      return names.isEmpty()
          ? json(HttpStatus.OK, "{\"ready\":true,\"warming\":[]}")
          : json(HttpStatus.SERVICE_UNAVAILABLE, "{\"ready\":false,\"warming\":" + list + "}");
    };
  }

  HttpService metrics() {
    return (http, request) -> {
      Arrival arrival = arrivals.apply(http);
      CallHead head =
          new CallHead(
              arrival.peer(),
              credential(request.headers().get(HttpHeaderNames.AUTHORIZATION)),
              null,
              null);
      CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
      try {
        arrival.executor().execute(() -> answer.complete(scrape(head)));
      } catch (RejectedExecutionException e) {
        answer.complete(error(UnaryCall.busy()));
      }
      return HttpResponse.of(answer);
    };
  }

  private HttpResponse scrape(CallHead head) {
    RequestId id = RequestId.random();
    Request request = context.request("http", id, head, _ -> new ClusterCommand.GetStatus());
    try {
      context.handler().handle(request);
      return HttpResponse.of(HttpStatus.OK, PROMETHEUS, metrics.get());
    } catch (RekindleException e) {
      return error(e);
    } catch (Throwable e) {
      // An Error too: without an answer its caller would wait for the timeout.
      GrpcErrors.ofCall(e, id);
      return error(new RekindleException(ErrorCode.INTERNAL, "the request failed inside the node"));
    }
  }

  /** As AIP-193 writes it; the texts are constants without quotes. */
  private static HttpResponse error(RekindleException error) {
    return json(
        HttpStatus.valueOf(error.code().http()),
        "{\"error\":{\"code\":%d,\"status\":\"%s\",\"reason\":\"%s\",\"message\":\"%s\"}}"
            .formatted(error.code().http(), error.code().grpc(), error.code(), error.text()));
  }

  private static @Nullable String credential(@Nullable String authorization) {
    return authorization == null ? null : CallHead.credential(authorization);
  }

  private static HttpResponse json(HttpStatus status, String body) {
    return HttpResponse.of(status, MediaType.JSON_UTF_8, body);
  }
}
