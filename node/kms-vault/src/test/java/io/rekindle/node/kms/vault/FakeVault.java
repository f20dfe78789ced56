package io.rekindle.node.kms.vault;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.github.jopenlibs.vault.json.Json;
import io.github.jopenlibs.vault.json.JsonObject;
import io.rekindle.node.kms.contract.KeyServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * What Rekindle asks of a Vault, over HTTPS on a free port of loopback: the engine Transit with
 * real AES-256-GCM, and three kinds of logins. Statuses and texts are those that Vault's sources
 * have, as far as we know them; the policy has {@code update} alone.
 */
final class FakeVault implements KeyServer {
  static final String ROLE_ID = "role-1";
  static final String SECRET_ID = "secret-id-1";
  static final String ACCOUNT = "jwt-of-the-service-account";
  static final String ROOT_TOKEN = "root-token";
  static final String SHORT_TOKEN = "short-token";
  static final int TTL_SECONDS = 60;

  private static final String DENIED = "1 error occurred:\n\t* permission denied\n\n";
  private static final String NOBODY =
      "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n";

  private final HttpsServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, TransitKey> keys = new ConcurrentHashMap<>();
  private final Map<String, Boolean> renewableTokens = new ConcurrentHashMap<>();
  private final Queue<String> paths = new ConcurrentLinkedQueue<>();
  private final AtomicInteger throttled = new AtomicInteger();
  private final AtomicInteger failing = new AtomicInteger();
  private final AtomicInteger garbled = new AtomicInteger();
  private volatile Duration delay = Duration.ZERO;
  private volatile boolean dripping;
  private volatile boolean enabled = true;
  private volatile boolean allowed = true;
  private volatile boolean loginsAllowed = true;
  private volatile boolean renewalsAllowed = true;
  private volatile boolean confused;
  private volatile boolean upserting;
  private volatile boolean older;
  private volatile int proxyStatus;
  private volatile @Nullable String redirect;
  private volatile int padding;

  private FakeVault(HttpsServer server) {
    this.server = server;
    keys.put("rekindle", new TransitKey());
    keys.put("other", new TransitKey());
    renewableTokens.put(ROOT_TOKEN, false);
    renewableTokens.put(SHORT_TOKEN, true);
  }

  /**
   * @param protocol the one version of TLS that it speaks
   */
  static FakeVault start(SSLContext tls, String protocol) throws IOException {
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    FakeVault vault = new FakeVault(server);
    server.setHttpsConfigurator(
        new HttpsConfigurator(tls) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters own = tls.getDefaultSSLParameters();
            own.setProtocols(new String[] {protocol});
            parameters.setSSLParameters(own);
          }
        });
    server.createContext("/", vault::handle);
    server.setExecutor(vault.threads);
    server.start();
    return vault;
  }

  String address() {
    return "https://localhost:" + server.getAddress().getPort();
  }

  /** Of all requests so far, below {@code /v1/}. */
  List<String> paths() {
    return List.copyOf(paths);
  }

  void setRenewalsAllowed(boolean allowed) {
    renewalsAllowed = allowed;
  }

  /** Says the same of a token that it does not know as of one that may not. */
  void beOlder() {
    older = true;
  }

  /** Whether the policy lets keys be made by encrypting under them. */
  void setUpserting(boolean upserting) {
    this.upserting = upserting;
  }

  /** Has something before Vault answer, with a page of its own; 0 for nothing. */
  void answerByProxy(int status) {
    proxyStatus = status;
  }

  /** Sends everybody elsewhere. */
  void redirectTo(@Nullable String address) {
    redirect = address;
  }

  /** Has each answer be so much longer. */
  void pad(int bytes) {
    padding = bytes;
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath().replaceFirst("^/v1/", "");
    paths.add(path);
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      Thread.sleep(delay);
      if (dripping) {
        drip(exchange);
      } else {
        answer(exchange, path, body);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // It is closed.
    }
  }

  private void answer(HttpExchange exchange, String path, byte[] body) throws IOException {
    String elsewhere = redirect;
    if (takes(throttled)) {
      refuse(exchange, 429, "request path: rate limit quota exceeded");
    } else if (takes(failing)) {
      refuse(exchange, 503, "Vault is sealed");
    } else if (takes(garbled)) {
      send(exchange, 200, "<html>it works</html>");
    } else if (proxyStatus != 0) {
      send(exchange, proxyStatus, "<html>nginx</html>");
    } else if (elsewhere != null) {
      exchange.getResponseHeaders().add("Location", elsewhere + exchange.getRequestURI());
      exchange.sendResponseHeaders(307, -1);
    } else {
      JsonObject fields =
          body.length == 0
              ? Json.object()
              : Json.parse(new String(body, StandardCharsets.UTF_8)).asObject();
      route(exchange, path, fields);
    }
  }

  private static boolean takes(AtomicInteger count) {
    return count.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
  }

  private void route(HttpExchange exchange, String path, JsonObject fields) throws IOException {
    switch (path) {
      case "auth/approle/login" ->
          logIn(
              exchange,
              ROLE_ID.equals(fields.getString("role_id", ""))
                  && SECRET_ID.equals(fields.getString("secret_id", "")),
              400,
              "invalid role or secret ID");
      case "auth/kubernetes/login" ->
          logIn(
              exchange,
              "rekindle".equals(fields.getString("role", ""))
                  && ACCOUNT.equals(fields.getString("jwt", "")),
              403,
              DENIED);
      default -> {
        String token = exchange.getRequestHeaders().getFirst("X-Vault-Token");
        if (token == null || !renewableTokens.containsKey(token)) {
          refuse(exchange, 403, older ? DENIED : NOBODY);
        } else if (path.equals("auth/token/renew-self")) {
          renew(exchange, token);
        } else {
          transit(exchange, path.split("/"), fields);
        }
      }
    }
  }

  private void logIn(HttpExchange exchange, boolean right, int refusal, String error)
      throws IOException {
    if (!right || !loginsAllowed) {
      refuse(exchange, refusal, error);
      return;
    }
    String token = "hvs." + UUID.randomUUID();
    renewableTokens.put(token, true);
    sendToken(exchange, token);
  }

  private void renew(HttpExchange exchange, String token) throws IOException {
    if (Boolean.TRUE.equals(renewableTokens.get(token)) && renewalsAllowed) {
      sendToken(exchange, token);
    } else {
      refuse(exchange, 400, "lease is not renewable");
    }
  }

  private static void sendToken(HttpExchange exchange, String token) throws IOException {
    JsonObject auth =
        Json.object()
            .add("client_token", token)
            .add("accessor", "accessor")
            .add("policies", Json.array(new String[] {"rekindle"}))
            .add("lease_duration", TTL_SECONDS)
            .add("renewable", true);
    send(exchange, 200, Json.object().add("renewable", false).add("auth", auth).toString());
  }

  private void transit(HttpExchange exchange, String[] path, JsonObject fields) throws IOException {
    if (path.length != 3 || !path[0].equals("transit")) {
      refuse(exchange, 404, "no handler for route \"" + String.join("/", path) + "\"");
      return;
    }
    boolean encrypts = path[1].equals("encrypt");
    TransitKey key = enabled ? keys.get(path[2]) : null;
    if (key == null && encrypts && upserting) {
      key = new TransitKey();
      keys.put(path[2], key);
      enabled = true;
    }
    if (!allowed || (key == null && encrypts)) {
      // To encrypt under a key that is not there is to make it, which this policy has not.
      refuse(exchange, 403, DENIED);
    } else if (key == null) {
      refuse(exchange, 400, "encryption key not found");
    } else {
      try {
        JsonObject data = encrypts ? key.encrypt(fields) : key.decrypt(fields, confused);
        data.add("padding", "x".repeat(padding));
        send(exchange, 200, Json.object().add("data", data).toString());
      } catch (TransitKey.RefusedException e) {
        refuse(exchange, 400, String.valueOf(e.getMessage()));
      }
    }
  }

  private static void refuse(HttpExchange exchange, int status, String error) throws IOException {
    send(
        exchange, status, Json.object().add("errors", Json.array(new String[] {error})).toString());
  }

  private static void send(HttpExchange exchange, int status, String json) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  private void drip(HttpExchange exchange) throws IOException, InterruptedException {
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream body = exchange.getResponseBody()) {
      while (dripping) {
        body.write(' ');
        body.flush();
        Thread.sleep(50);
      }
    }
  }

  @Override
  public int requests() {
    return paths.size();
  }

  private TransitKey key() {
    return Objects.requireNonNull(keys.get("rekindle"));
  }

  @Override
  public void rotate() {
    key().rotate();
  }

  /** Older versions are trimmed, or disallowed: Vault says the same of both. */
  @Override
  public void destroyFirstVersion() {
    key().disallowBelow(2);
  }

  /** A key is not switched off in Vault, but deleted, here with a backup. */
  @Override
  public void setEnabled(boolean enabled) {
    this.enabled = enabled;
  }

  @Override
  public void setAllowed(boolean allowed) {
    this.allowed = allowed;
  }

  @Override
  public void setLoginsAllowed(boolean allowed) {
    loginsAllowed = allowed;
  }

  @Override
  public void expireLogins() {
    renewableTokens.clear();
  }

  @Override
  public void delay(Duration delay) {
    this.delay = delay;
  }

  @Override
  public void throttle(int requests) {
    throttled.set(requests);
  }

  @Override
  public void fail(int requests) {
    failing.set(requests);
  }

  @Override
  public void garble(int requests) {
    garbled.set(requests);
  }

  @Override
  public void setConfused(boolean confused) {
    this.confused = confused;
  }

  @Override
  public void setDripping(boolean dripping) {
    this.dripping = dripping;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
