package io.rekindle.node.kms.vault;

import com.sun.net.httpserver.HttpExchange;
import io.github.jopenlibs.vault.json.Json;
import io.github.jopenlibs.vault.json.JsonObject;
import io.rekindle.node.kms.contract.FaultyHttps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What Rekindle asks of a Vault, over HTTPS on a free port of loopback: the engine Transit with
 * real AES-256-GCM, and three kinds of logins. Statuses and texts are those that Vault's sources
 * have, as far as we know them; the policy has {@code update} alone.
 */
final class FakeVault extends FaultyHttps {
  static final String ROLE_ID = "role-1";
  static final String SECRET_ID = "secret-id-1";
  static final String ACCOUNT = "jwt-of-the-service-account";
  static final String ROOT_TOKEN = "root-token";
  static final String SHORT_TOKEN = "short-token";
  static final int TTL_SECONDS = 60;

  private static final String DENIED = "1 error occurred:\n\t* permission denied\n\n";
  private static final String NOBODY =
      "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n";

  private final Map<String, TransitKey> keys = new ConcurrentHashMap<>();
  private final Set<String> forbidden = ConcurrentHashMap.newKeySet();
  private final Map<String, Boolean> renewableTokens = new ConcurrentHashMap<>();
  private final Queue<String> namespaces = new ConcurrentLinkedQueue<>();
  private volatile boolean enabled = true;
  private volatile boolean allowed = true;
  private volatile boolean loginsAllowed = true;
  private volatile boolean renewalsAllowed = true;
  private volatile boolean renewalsForbidden;
  private volatile boolean lookUpsForbidden;
  private volatile boolean confused;
  private volatile boolean upserting;
  private volatile boolean older;
  private volatile @Nullable String redirect;
  private volatile int padding;

  private FakeVault(SSLContext tls, String protocol) {
    super(tls, protocol);
    keys.put("rekindle", new TransitKey());
    keys.put("other", new TransitKey());
    renewableTokens.put(ROOT_TOKEN, false);
    renewableTokens.put(SHORT_TOKEN, true);
  }

  /**
   * @param protocol the one version of TLS that it speaks
   */
  static FakeVault start(SSLContext tls, String protocol) {
    FakeVault vault = new FakeVault(tls, protocol);
    vault.listen();
    return vault;
  }

  /** Of all requests so far, below {@code /v1/}. */
  List<String> paths() {
    return arrivals().stream().map(FakeVault::below).toList();
  }

  /** Of all requests so far that no fault befell: the namespace, and what was asked in it. */
  List<String> namespaces() {
    return List.copyOf(namespaces);
  }

  /** Whether leases may be renewed, which nobody is forbidden to ask for. */
  void setRenewalsAllowed(boolean allowed) {
    renewalsAllowed = allowed;
  }

  /** Whether the policy, as one without {@code default}, keeps a token from asking of itself. */
  void forbid(boolean renewals, boolean lookUps) {
    renewalsForbidden = renewals;
    lookUpsForbidden = lookUps;
  }

  /** Says the same of a token that it does not know as of one that may not. */
  void beOlder() {
    older = true;
  }

  /** Whether the policy lets keys be made by encrypting under them. */
  void setUpserting(boolean upserting) {
    this.upserting = upserting;
  }

  /** Sends everybody elsewhere. */
  void redirectTo(@Nullable String address) {
    redirect = address;
  }

  /** Has each answer be so much longer. */
  void pad(int bytes) {
    padding = bytes;
  }

  private static String below(String path) {
    return path.replaceFirst("^/v1/", "");
  }

  @Override
  protected void answer(HttpExchange exchange, byte[] body) throws IOException {
    String path = below(exchange.getRequestURI().getPath());
    String elsewhere = redirect;
    namespaces.add(exchange.getRequestHeaders().getFirst("X-Vault-Namespace") + ": " + path);
    if (elsewhere == null) {
      JsonObject fields =
          body.length == 0
              ? Json.object()
              : Json.parse(new String(body, StandardCharsets.UTF_8)).asObject();
      route(exchange, path, fields);
    } else {
      exchange.getResponseHeaders().add("Location", elsewhere + exchange.getRequestURI());
      exchange.sendResponseHeaders(307, -1);
    }
  }

  @Override
  protected void answerThrottled(HttpExchange exchange) throws IOException {
    refuse(exchange, 429, "request path: rate limit quota exceeded");
  }

  @Override
  protected void answerFailing(HttpExchange exchange) throws IOException {
    refuse(exchange, 503, "Vault is sealed");
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
      case String login when login.startsWith("auth/") && login.endsWith("/login") ->
          refuse(exchange, 404, "no handler for route \"" + login + "\". route entry not found.");
      default -> {
        String token = exchange.getRequestHeaders().getFirst("X-Vault-Token");
        if (token == null || !renewableTokens.containsKey(token)) {
          refuse(exchange, 403, older ? DENIED : NOBODY);
        } else if (path.equals("auth/token/renew-self")) {
          renew(exchange, token);
        } else if (path.equals("auth/token/lookup-self")) {
          lookUp(exchange);
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
    sendToken(exchange, token());
  }

  /** A new one. */
  String token() {
    String token = "hvs." + UUID.randomUUID();
    renewableTokens.put(token, true);
    return token;
  }

  private void renew(HttpExchange exchange, String token) throws IOException {
    if (renewalsForbidden) {
      refuse(exchange, 403, DENIED);
    } else if (Boolean.TRUE.equals(renewableTokens.get(token)) && renewalsAllowed) {
      sendToken(exchange, token);
    } else {
      refuse(exchange, 400, "lease is not renewable");
    }
  }

  /** The policy {@code default} has {@code read} alone. */
  private void lookUp(HttpExchange exchange) throws IOException {
    if (lookUpsForbidden || !exchange.getRequestMethod().equals("GET")) {
      refuse(exchange, 403, DENIED);
    } else {
      JsonObject data = Json.object().add("ttl", TTL_SECONDS).add("type", "service");
      send(exchange, 200, Json.object().add("data", data).toString());
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
    if (!allowed || forbidden.contains(path[2]) || (key == null && encrypts)) {
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
    send(exchange, status, "application/json", json);
  }

  private TransitKey key() {
    return key("rekindle");
  }

  private TransitKey key(String name) {
    return Objects.requireNonNull(keys.get(name));
  }

  /** Makes one. */
  void addKey(String name) {
    keys.put(name, new TransitKey());
  }

  void rotate(String name) {
    key(name).rotate();
  }

  void destroyFirstVersion(String name) {
    key(name).disallowBelow(2);
  }

  /** Whether the policy has one key. */
  void setAllowed(String name, boolean allowed) {
    if (allowed) {
      forbidden.remove(name);
    } else {
      forbidden.add(name);
    }
  }

  @Override
  public void rotate() {
    rotate("rekindle");
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
  public void setConfused(boolean confused) {
    this.confused = confused;
  }
}
