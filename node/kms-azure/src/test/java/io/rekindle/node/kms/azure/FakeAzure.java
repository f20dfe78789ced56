package io.rekindle.node.kms.azure;

import com.sun.net.httpserver.HttpExchange;
import io.rekindle.node.kms.azure.VaultKey.Version;
import io.rekindle.node.kms.contract.FaultyHttps;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What Rekindle asks of Azure, over HTTPS on a free port of loopback: the login of Entra ID, and a
 * vault with real RSA keys. Statuses and codes are those of Microsoft's documentation and of what
 * people report, as far as we know them; the caller may wrap and unwrap, and nothing else.
 */
final class FakeAzure extends FaultyHttps {
  static final String TENANT = "11111111-2222-3333-4444-555555555555";
  static final String CLIENT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
  static final String SECRET = "se~cret+&=%27.1";
  static final String ACCOUNT = "eyJ.token-of-the-service-account.x";
  static final String SCOPE = "https://vault.azure.net/.default";
  static final int TTL_SECONDS = 3599;

  private static final Pattern KEYS =
      Pattern.compile("/keys/([A-Za-z0-9-]+)/([0-9a-f]*)/?(wrapkey|unwrapkey)");

  private final Map<String, VaultKey> keys = new ConcurrentHashMap<>();
  private final Set<String> tokens = ConcurrentHashMap.newKeySet();
  private final Queue<String> asked = new ConcurrentLinkedQueue<>();
  private final Set<String> loginHeaders = ConcurrentHashMap.newKeySet();
  private volatile boolean allowed = true;
  private volatile boolean loginsAllowed = true;
  private volatile boolean confused;
  private volatile UnaryOperator<String> keyIds = UnaryOperator.identity();
  private volatile @Nullable Reply vaultReply;
  private volatile @Nullable Reply loginReply;
  private volatile @Nullable String redirect;
  private volatile int padding;

  /** An answer that was ordered. */
  private record Reply(int status, String json) {}

  private FakeAzure(SSLContext tls, String protocol) {
    super(tls, protocol);
    keys.put("rekindle", new VaultKey(0));
    keys.put("other", new VaultKey(3));
  }

  /**
   * @param protocol the one version of TLS that it speaks
   */
  static FakeAzure start(SSLContext tls, String protocol) {
    FakeAzure azure = new FakeAzure(tls, protocol);
    azure.listen();
    return azure;
  }

  /** Methods, paths and queries of all requests so far. */
  List<String> asked() {
    return List.copyOf(asked);
  }

  /** Of requests for a token, in small letters. */
  Set<String> loginHeaders() {
    return new TreeSet<>(loginHeaders);
  }

  VaultKey key() {
    return Objects.requireNonNull(keys.get("rekindle"));
  }

  /** Has the vault answer so, until it is null. */
  void answerAtVault(int status, @Nullable String json) {
    vaultReply = json == null ? null : new Reply(status, json);
  }

  /** Has the login answer so, until it is null. */
  void answerAtLogin(int status, @Nullable String json) {
    loginReply = json == null ? null : new Reply(status, json);
  }

  /** Has answers name other keys than they are of. */
  void setKeyIds(UnaryOperator<String> keyIds) {
    this.keyIds = keyIds;
  }

  /** Sends everybody elsewhere. */
  void redirectTo(@Nullable String address) {
    redirect = address;
  }

  /** Has each answer be so much longer. */
  void pad(int bytes) {
    padding = bytes;
  }

  /** As from a backup of another vault's. */
  void restore(VaultKey key) {
    keys.put("rekindle", key);
  }

  void delete() {
    keys.remove("rekindle");
  }

  /** An error as the vault has them. */
  static String fault(String code, String message, @Nullable String inner) {
    String more = inner == null ? "" : ",\"innererror\":{\"code\":\"" + inner + "\"}";
    return "{\"error\":{\"code\":\"%s\",\"message\":\"%s\"%s}}".formatted(code, message, more);
  }

  /** An error as the login has them. */
  static String loginFault(String error, long code) {
    return """
    {"error":"%s","error_description":"AADSTS%d: Said of app '%s'. Trace ID: 0 Timestamp: 0",\
    "error_codes":[%d],"timestamp":"2026-01-01 00:00:00Z","trace_id":"0","correlation_id":"0"}\
    """
        .formatted(error, code, CLIENT, code);
  }

  @Override
  protected void answer(HttpExchange exchange, byte[] body) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String elsewhere = redirect;
    asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
    if (elsewhere != null) {
      exchange.getResponseHeaders().add("Location", elsewhere + exchange.getRequestURI());
      exchange.sendResponseHeaders(307, -1);
    } else if (path.equals("/" + TENANT + "/oauth2/v2.0/token")) {
      exchange
          .getRequestHeaders()
          .keySet()
          .forEach(name -> loginHeaders.add(name.toLowerCase(Locale.ROOT)));
      logIn(exchange, form(body));
    } else if (path.startsWith("/keys/")) {
      vault(exchange, path, body);
    } else {
      sendJson(exchange, 400, loginFault("invalid_tenant", 90002));
    }
  }

  @Override
  protected void answerThrottled(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().add("Retry-After", "10");
    sendJson(exchange, 429, fault("Throttled", "Too many requests were received.", null));
  }

  @Override
  protected void answerFailing(HttpExchange exchange) throws IOException {
    sendJson(exchange, 503, fault("ServiceUnavailable", "Try again later.", null));
  }

  private static Map<String, String> form(byte[] body) {
    Map<String, String> fields = new HashMap<>();
    for (String field : new String(body, StandardCharsets.UTF_8).split("&", -1)) {
      String[] both = field.split("=", 2);
      fields.put(both[0], URLDecoder.decode(both[1], StandardCharsets.UTF_8));
    }
    return fields;
  }

  private void logIn(HttpExchange exchange, Map<String, String> fields) throws IOException {
    Reply ordered = loginReply;
    boolean known =
        CLIENT.equals(fields.get("client_id"))
            && "client_credentials".equals(fields.get("grant_type"));
    boolean bySecret = SECRET.equals(fields.get("client_secret"));
    boolean byAccount =
        ACCOUNT.equals(fields.get("client_assertion"))
            && "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
                .equals(fields.get("client_assertion_type"));
    if (ordered != null) {
      sendJson(exchange, ordered.status(), ordered.json());
    } else if (!known) {
      sendJson(exchange, 400, loginFault("unauthorized_client", 700016));
    } else if (!loginsAllowed || bySecret == byAccount) {
      sendJson(
          exchange,
          401,
          loginFault("invalid_client", fields.containsKey("client_secret") ? 7000215 : 700213));
    } else if (!List.of(fields.getOrDefault("scope", "").split(" ")).contains(SCOPE)) {
      // MSAL asks for "openid" and the like besides.
      sendJson(exchange, 400, loginFault("invalid_resource", 500011));
    } else {
      sendJson(
          exchange,
          200,
          "{\"token_type\":\"Bearer\",\"expires_in\":%d,\"access_token\":\"%s\"}"
              .formatted(TTL_SECONDS, token()));
    }
  }

  /** A new one, which the vault takes. */
  String token() {
    String token = "eyJhbGciOiJSUzI1NiJ9." + UUID.randomUUID() + ".sig";
    tokens.add(token);
    return token;
  }

  private void vault(HttpExchange exchange, String path, byte[] body) throws IOException {
    String shown = exchange.getRequestHeaders().getFirst("Authorization");
    Matcher wanted = KEYS.matcher(path);
    Reply ordered = vaultReply;
    if (shown == null || !tokens.contains(shown.replaceFirst("^Bearer ", ""))) {
      exchange
          .getResponseHeaders()
          .add(
              "WWW-Authenticate",
              "Bearer authorization=\"%s/%s\", resource=\"https://vault.azure.net\""
                  .formatted(address(), TENANT));
      sendJson(exchange, 401, fault("Unauthorized", "AKV10032: Invalid issuer.", null));
    } else if (ordered != null) {
      sendJson(exchange, ordered.status(), ordered.json());
    } else if (!allowed || !exchange.getRequestMethod().equals("POST") || !wanted.matches()) {
      sendJson(exchange, 403, fault("Forbidden", "Caller is not authorized", "ForbiddenByRbac"));
    } else if (!"api-version=7.4".equals(exchange.getRequestURI().getQuery())) {
      sendJson(exchange, 400, fault("BadParameter", "The api-version is not supported", null));
    } else {
      use(exchange, wanted, JsonBody.parse(body).orElseThrow());
    }
  }

  private void use(HttpExchange exchange, Matcher wanted, JsonBody body) throws IOException {
    VaultKey key = keys.get(wanted.group(1));
    boolean wraps = wanted.group(3).equals("wrapkey");
    Optional<Version> found =
        Optional.ofNullable(key)
            .flatMap(
                some ->
                    wanted.group(2).isEmpty()
                        ? Optional.of(some.newest())
                        : some.version(wanted.group(2)));
    if (key == null || found.isEmpty()) {
      sendJson(exchange, 404, fault("KeyNotFound", "A key with this name was not found", null));
      return;
    }
    Version version = found.get();
    byte[] value = Base64.getUrlDecoder().decode(Objects.requireNonNull(body.text("value")));
    if (!"RSA-OAEP-256".equals(body.text("alg"))) {
      sendJson(exchange, 400, fault("BadParameter", "Property 'alg' has invalid value", null));
    } else if (wraps) {
      // The public half is enough, and the vault is said not to look further.
      sendResult(exchange, wanted.group(1), version, version.wrap(value));
    } else if (!version.isEnabled()) {
      sendJson(
          exchange,
          403,
          fault("Forbidden", "Operation is not allowed on a disabled key.", "KeyDisabled"));
    } else {
      Optional<byte[]> unwrapped = version.unwrap(value);
      if (unwrapped.isEmpty()) {
        sendJson(exchange, 400, fault("BadParameter", "Error while decoding OAEP padding.", null));
      } else {
        byte[] plaintext = unwrapped.get();
        plaintext[5] ^= (byte) (confused ? 1 : 0);
        sendResult(exchange, wanted.group(1), version, plaintext);
      }
    }
  }

  private void sendResult(HttpExchange exchange, String key, Version version, byte[] value)
      throws IOException {
    sendJson(
        exchange,
        200,
        "{\"kid\":\"%s\",\"value\":\"%s\"}"
            .formatted(
                keyIds.apply(address() + "/keys/" + key + "/" + version.id),
                Base64.getUrlEncoder().withoutPadding().encodeToString(value)));
  }

  private void sendJson(HttpExchange exchange, int status, String json) throws IOException {
    send(exchange, status, "application/json; charset=utf-8", json + " ".repeat(padding));
  }

  @Override
  public void rotate() {
    key().rotate();
  }

  /** Versions can't be destroyed one by one: it is switched off. */
  @Override
  public void destroyFirstVersion() {
    key().oldest().setEnabled(false);
  }

  @Override
  public void setEnabled(boolean enabled) {
    key().setEnabled(enabled);
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
    tokens.clear();
  }

  @Override
  public void setConfused(boolean confused) {
    this.confused = confused;
  }
}
