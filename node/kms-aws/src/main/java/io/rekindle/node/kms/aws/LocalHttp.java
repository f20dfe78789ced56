package io.rekindle.node.kms.aws;

import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Requests to the services of the machine itself, at addresses that lead nowhere else, and that
 * speak no TLS. No proxy is asked, and no redirect followed. Safe for use by many threads.
 */
final class LocalHttp implements AutoCloseable {
  private static final long BODY_BYTES_MAX = 64 << 10;
  private static final int OK = 200;

  private final HttpClient client;
  private final Duration timeout;

  /**
   * @param timeout of a request, to the last byte of its answer
   */
  LocalHttp(Duration timeout) {
    this.timeout = timeout;
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(HttpClient.Builder.NO_PROXY)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timeout)
            .build();
  }

  /**
   * What is there.
   *
   * @throws KeyManagementException with {@link Probe#UNREACHABLE} when there is no answer, or
   *     another one
   */
  String get(URI address, Map<String, String> headers) {
    return ask(HttpRequest.newBuilder(address).GET(), headers);
  }

  /** As {@link #get}, by PUT. */
  String put(URI address, Map<String, String> headers) {
    return ask(HttpRequest.newBuilder(address).PUT(BodyPublishers.noBody()), headers);
  }

  private String ask(HttpRequest.Builder request, Map<String, String> headers) {
    headers.forEach(request::header);
    CompletableFuture<HttpResponse<String>> pending =
        client.sendAsync(
            request.build(), BodyHandlers.limiting(BodyHandlers.ofString(), BODY_BYTES_MAX));
    try {
      HttpResponse<String> answer = pending.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
      if (answer.statusCode() != OK) {
        throw unreachable("login: status " + answer.statusCode(), null);
      }
      return answer.body();
    } catch (TimeoutException e) {
      pending.cancel(true);
      throw unreachable("login: no whole answer in time", null);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw unreachable(
          "login: " + cause.getClass().getSimpleName(),
          cause instanceof IOException io ? io : null);
    } catch (InterruptedException e) {
      pending.cancel(true);
      Thread.currentThread().interrupt();
      throw unreachable("login: interrupted", null);
    }
  }

  private static KeyManagementException unreachable(String reason, @Nullable IOException cause) {
    return new KeyManagementException(
        Probe.UNREACHABLE, "the machine hands out no login", reason, cause);
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
