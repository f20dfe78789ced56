package io.rekindle.node.kms.azure;

import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;

/** Single requests; whoever made it closes it. Safe for use by many threads. */
final class AzureHttp implements AutoCloseable {
  static final int OK = 200;

  private final HttpClient client;

  /**
   * @param client whose answers end in bounded time and have a bounded size
   */
  AzureHttp(HttpClient client) {
    this.client = client;
  }

  /** A whole answer; its body may have a token or a key in it, and is never shown. */
  static final class Answer {
    private final int status;
    private final Map<String, List<String>> headers;
    private final byte[] body;

    Answer(int status, Map<String, List<String>> headers, byte[] body) {
      this.status = status;
      this.headers = headers;
      this.body = body;
    }

    int status() {
      return status;
    }

    Map<String, List<String>> headers() {
      return headers;
    }

    byte[] body() {
      return body;
    }
  }

  /**
   * Asks.
   *
   * @param silence the sentence when there is no answer
   * @throws KeyManagementException with {@link Probe#UNREACHABLE} when there is none
   */
  Answer send(HttpRequest request, String silence) {
    try {
      HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
      return new Answer(response.statusCode(), response.headers().map(), response.body());
    } catch (IOException e) {
      Throwable root = e;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      throw new KeyManagementException(
          Probe.UNREACHABLE, silence, root.getClass().getSimpleName(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KeyManagementException(Probe.UNREACHABLE, silence, "interrupted", e);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
