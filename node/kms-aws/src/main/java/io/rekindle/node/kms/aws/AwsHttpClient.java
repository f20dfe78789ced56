package io.rekindle.node.kms.aws;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Locale;
import java.util.Set;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * The house's client, as the SDK wants one: those that come with it know no deadline for a whole
 * answer, and speak TLS 1.2. Safe for use by many threads.
 */
final class AwsHttpClient implements SdkHttpClient {
  /**
   * Not passed on: what the JDK's client sets by itself, and what nobody needs to know, such as the
   * kernel and the environment that the SDK finds. None of it is under the signature, or is
   * altered.
   */
  private static final Set<String> LEFT_OUT =
      Set.of("host", "content-length", "connection", "expect", "user-agent", "x-amzn-trace-id");

  private static final String AGENT = "rekindle";

  private final HttpClient client;

  AwsHttpClient(HttpClient client) {
    this.client = client;
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return new ExecutableHttpRequest() {
      @Override
      public HttpExecuteResponse call() throws IOException {
        return send(request);
      }

      @Override
      public void abort() {
        // It ends by itself, in bounded time.
      }
    };
  }

  private HttpExecuteResponse send(HttpExecuteRequest execution) throws IOException {
    SdkHttpRequest from = execution.httpRequest();
    HttpRequest.Builder request = HttpRequest.newBuilder(from.getUri());
    from.forEachHeader(
        (name, values) -> {
          if (!LEFT_OUT.contains(name.toLowerCase(Locale.ROOT))) {
            values.forEach(value -> request.header(name, value));
          }
        });
    request.header("User-Agent", AGENT);
    request.method(from.method().name(), body(execution));
    HttpResponse<byte[]> answer;
    try {
      answer = client.send(request.build(), BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while AWS was asked", e);
    }
    return HttpExecuteResponse.builder()
        .response(
            SdkHttpResponse.builder()
                .statusCode(answer.statusCode())
                .headers(answer.headers().map())
                .build())
        .responseBody(AbortableInputStream.create(new ByteArrayInputStream(answer.body())))
        .build();
  }

  private static BodyPublisher body(HttpExecuteRequest execution) throws IOException {
    if (execution.contentStreamProvider().isEmpty()) {
      return BodyPublishers.noBody();
    }
    ContentStreamProvider content = execution.contentStreamProvider().get();
    try (InputStream in = content.newStream()) {
      return BodyPublishers.ofByteArray(in.readAllBytes());
    }
  }

  @Override
  public String clientName() {
    return AGENT;
  }

  @Override
  public void close() {
    client.close();
  }
}
