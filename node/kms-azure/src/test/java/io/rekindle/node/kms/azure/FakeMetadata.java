package io.rekindle.node.kms.azure;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** The metadata service of a virtual machine, which lets it log in to a {@link FakeAzure}. */
final class FakeMetadata implements AutoCloseable {
  private final HttpServer server;
  private final FakeAzure azure;
  private final Queue<String> asked = new ConcurrentLinkedQueue<>();
  private volatile int status = 200;
  private volatile @Nullable String ordered;
  private volatile long secondsLeft = 80_000;

  FakeMetadata(FakeAzure azure) {
    this.azure = azure;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::answer);
    server.start();
  }

  URI address() {
    return URI.create("http://localhost:" + server.getAddress().getPort());
  }

  /** Paths and queries of all requests so far. */
  List<String> asked() {
    return List.copyOf(asked);
  }

  /** Has it answer so, until it is null. */
  void answer(int status, @Nullable String json) {
    this.status = status;
    ordered = json;
  }

  /** It has kept its token for so long. */
  void setSecondsLeft(long seconds) {
    secondsLeft = seconds;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      asked.add(exchange.getRequestURI().toString());
      boolean asks = "true".equals(exchange.getRequestHeaders().getFirst("Metadata"));
      String json = ordered;
      if (!asks) {
        send(exchange, 400, "{\"error\":\"bad_request_102\"}");
      } else if (json != null) {
        send(exchange, status, json);
      } else {
        send(
            exchange,
            200,
            """
            {"access_token":"%s","client_id":"%s","expires_in":"86399","expires_on":"%d",\
            "resource":"https://vault.azure.net","token_type":"Bearer"}\
            """
                .formatted(
                    azure.token(),
                    FakeAzure.CLIENT,
                    System.currentTimeMillis() / 1000 + secondsLeft));
      }
    }
  }

  private static void send(HttpExchange exchange, int status, String json) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
