package io.rekindle.node.kms.aws;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * What an instance of EC2, and the agents of ECS and EKS, answer about a {@link FakeAws}' logins,
 * over HTTP on a free port of loopback.
 */
final class FakeMachine implements AutoCloseable {
  static final String CONTAINER = "/v1/credentials";
  static final String CONTAINER_TOKEN = "token-of-the-container";

  private static final String INSTANCE = "/latest/meta-data/iam/security-credentials/";
  private static final String METADATA_TOKEN = "token-of-the-metadata";

  private final FakeAws aws;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Queue<String> requests = new ConcurrentLinkedQueue<>();
  private volatile FakeAws.Login login;
  private volatile Duration left = Duration.ofHours(6);
  private volatile String code = "Success";
  private volatile String role = "rekindle";
  private volatile int status = 200;
  private volatile boolean dripping;

  private FakeMachine(FakeAws aws) {
    this.aws = aws;
    login = aws.logIn();
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static FakeMachine start(FakeAws aws) {
    FakeMachine machine = new FakeMachine(aws);
    machine.server.createContext("/", machine::handle);
    machine.server.setExecutor(machine.threads);
    machine.server.start();
    return machine;
  }

  /** Without a slash at its end. */
  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Method and path of all requests so far. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  FakeAws.Login login() {
    return login;
  }

  /** Has a new login, for so long. */
  void logInAnew(Duration lasting) {
    login = aws.logIn();
    left = lasting;
  }

  /** As when the role can't be taken on. */
  void answerWithCode(String code) {
    this.code = code;
  }

  void answerWithStatus(int status) {
    this.status = status;
  }

  void nameRole(String role) {
    this.role = role;
  }

  void setDripping(boolean dripping) {
    this.dripping = dripping;
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    requests.add(exchange.getRequestMethod() + " " + path);
    try (exchange) {
      if (dripping) {
        drip(exchange);
      } else if (status != 200) {
        send(exchange, status, "<html>busybox</html>");
      } else if (path.equals(CONTAINER)) {
        boolean shown = CONTAINER_TOKEN.equals(header(exchange, "Authorization"));
        send(exchange, shown ? 200 : 400, shown ? credentials() : "");
      } else if (path.equals("/latest/api/token")) {
        boolean asked = header(exchange, "X-aws-ec2-metadata-token-ttl-seconds").matches("\\d+");
        boolean right = asked && exchange.getRequestMethod().equals("PUT");
        send(exchange, right ? 200 : 400, right ? METADATA_TOKEN : "");
      } else if (!METADATA_TOKEN.equals(header(exchange, "X-aws-ec2-metadata-token"))) {
        send(exchange, 401, ""); // Version 1 is switched off.
      } else if (path.equals(INSTANCE)) {
        send(exchange, 200, role);
      } else if (path.equals(INSTANCE + "rekindle")) {
        send(exchange, 200, credentials());
      } else {
        send(exchange, 404, "");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // It is closed.
    }
  }

  private String credentials() {
    return """
    {"Code": "%s", "LastUpdated": "2026-11-01T00:00:00Z", "Type": "AWS-HMAC",
     "AccessKeyId": "%s", "SecretAccessKey": "%s", "Token": "%s", "Expiration": "%s"}
    """
        .formatted(code, login.id(), login.secret(), login.token(), Instant.now().plus(left));
  }

  private static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "" : value;
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  private void drip(HttpExchange exchange) throws IOException, InterruptedException {
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream body = exchange.getResponseBody()) {
      while (dripping) {
        body.write('x');
        body.flush();
        Thread.sleep(20);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
