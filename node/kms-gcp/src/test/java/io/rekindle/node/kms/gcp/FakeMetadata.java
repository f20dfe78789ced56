package io.rekindle.node.kms.gcp;

import com.google.gson.JsonObject;
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

/** The metadata server of a machine of Google's, without TLS as they are. */
final class FakeMetadata implements AutoCloseable {
  private static final String PATH = "/computeMetadata/v1/instance/service-accounts/default/token";

  private final HttpServer server;
  private final FakeLogins logins;
  private final Queue<String> asked = new ConcurrentLinkedQueue<>();
  private volatile int status = 200;
  private volatile boolean flavored = true;

  FakeMetadata(FakeLogins logins) {
    this.logins = logins;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.start();
  }

  URI address() {
    return URI.create("http://localhost:" + server.getAddress().getPort());
  }

  /** Of all requests so far. */
  List<String> asked() {
    return List.copyOf(asked);
  }

  /** Whether it says of itself what it is. */
  void setFlavored(boolean flavored) {
    this.flavored = flavored;
  }

  void answer(int status) {
    this.status = status;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      asked.add(exchange.getRequestURI().toString());
      JsonObject answer = new JsonObject();
      answer.addProperty("access_token", logins.token());
      answer.addProperty("expires_in", FakeLogins.LASTS_SECONDS);
      answer.addProperty("token_type", "Bearer");
      boolean right =
          exchange.getRequestURI().getPath().equals(PATH)
              && "Google".equals(exchange.getRequestHeaders().getFirst("Metadata-Flavor"));
      byte[] body =
          (status == 200 ? answer.toString() : "{\"error\":{\"status\":\"NOT_FOUND\"}}")
              .getBytes(StandardCharsets.UTF_8);
      if (flavored) {
        exchange.getResponseHeaders().add("Metadata-Flavor", "Google");
      }
      exchange.sendResponseHeaders(right ? status : 403, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
