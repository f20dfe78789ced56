package io.rekindle.node.kms.gcp;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import io.rekindle.node.kms.contract.FaultyHttps;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What Rekindle asks for logins to Google, over HTTPS: tokens for service accounts, whose
 * signatures it checks, and for federated identities, with and without acting for a service
 * account.
 */
final class FakeLogins extends FaultyHttps {
  static final String ACCOUNT = "rekindle@acme.iam.gserviceaccount.com";
  static final String SCOPE = "https://www.googleapis.com/auth/cloudkms";
  static final String AUDIENCE =
      "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q";
  static final String IDENTITY = "eyJ-of-the-federated-identity";
  static final int LASTS_SECONDS = 3_599;

  /** Whom Google's library signs for, wherever the file has it ask. */
  private static final String GOOGLES = "https://oauth2.googleapis.com/token";

  private static final String JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  private static final String EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
  private static final String ACTING =
      "/v1/projects/-/serviceAccounts/" + ACCOUNT + ":generateAccessToken";
  private static final KeyPair KEYS = keys();

  private final Set<String> tokens = ConcurrentHashMap.newKeySet();
  private final Queue<String> paths = new ConcurrentLinkedQueue<>();
  private final Queue<String> headers = new ConcurrentLinkedQueue<>();
  private volatile boolean loginsAllowed = true;
  private volatile boolean actingAllowed = true;
  private volatile @Nullable String redirect;
  private volatile @Nullable Refusal refusal;
  private volatile Duration clockAhead = Duration.ZERO;

  /** What everybody is answered. */
  record Refusal(int status, String body) {
    static Refusal of(int status, String error, String description) {
      JsonObject body = new JsonObject();
      body.addProperty("error", error);
      body.addProperty("error_description", description);
      return new Refusal(status, body.toString());
    }
  }

  /**
   * @param protocol the one version of TLS that it speaks
   */
  FakeLogins(SSLContext tls, String protocol) {
    super(tls, protocol);
    listen();
  }

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2_048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** As the console gives it out. */
  JsonObject serviceAccount() {
    JsonObject file = new JsonObject();
    file.addProperty("type", "service_account");
    file.addProperty("project_id", "acme");
    file.addProperty("private_key_id", "0123456789abcdef");
    file.addProperty("private_key", privateKey());
    file.addProperty("client_email", ACCOUNT);
    file.addProperty("client_id", "1234567890");
    file.addProperty("auth_uri", "https://accounts.google.com/o/oauth2/auth");
    file.addProperty("token_uri", address() + "/token");
    return file;
  }

  static String privateKey() {
    return "-----BEGIN PRIVATE KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'})
            .encodeToString(KEYS.getPrivate().getEncoded())
        + "\n-----END PRIVATE KEY-----\n";
  }

  /** As {@code gcloud iam workload-identity-pools create-cred-config} makes it. */
  JsonObject federatedIdentity(String tokenFile) {
    JsonObject format = new JsonObject();
    format.addProperty("type", "text");
    JsonObject source = new JsonObject();
    source.addProperty("file", tokenFile);
    source.add("format", format);
    JsonObject file = new JsonObject();
    file.addProperty("type", "external_account");
    file.addProperty("audience", AUDIENCE);
    file.addProperty("subject_token_type", "urn:ietf:params:oauth:token-type:jwt");
    file.addProperty("token_url", address() + "/v1/token");
    file.add("credential_source", source);
    return file;
  }

  /** By which a federated identity acts for the service account. */
  String actingAddress() {
    return address() + ACTING;
  }

  boolean isKnown(String token) {
    return tokens.contains(token);
  }

  List<String> paths() {
    return List.copyOf(paths);
  }

  /** Names of all headers so far. */
  Set<String> headers() {
    return Set.copyOf(headers);
  }

  /** Whether a federated identity may act for the service account. */
  void setActingAllowed(boolean allowed) {
    actingAllowed = allowed;
  }

  /** Sends everybody elsewhere. */
  void redirectTo(@Nullable String address) {
    redirect = address;
  }

  /** Has its clock, or that of whoever asks, be wrong. */
  void setClockAhead(Duration ahead) {
    clockAhead = ahead;
  }

  private Instant now() {
    return Instant.now().plus(clockAhead);
  }

  void refuse(@Nullable Refusal with) {
    refusal = with;
  }

  /** A token that is good. */
  String token() {
    String token = "ya29." + UUID.randomUUID();
    tokens.add(token);
    return token;
  }

  @Override
  protected void answer(HttpExchange exchange, byte[] body) throws IOException {
    String path = exchange.getRequestURI().getPath();
    paths.add(path);
    headers.addAll(exchange.getRequestHeaders().keySet());
    String text = new String(body, StandardCharsets.UTF_8);
    Refusal refused = refusal;
    if (redirect != null) {
      exchange.getResponseHeaders().add("Location", redirect + path);
      exchange.sendResponseHeaders(307, -1);
    } else if (refused != null) {
      send(exchange, refused.status(), "application/json", refused.body());
    } else if (!loginsAllowed) {
      refuse(exchange, Refusal.of(400, "invalid_grant", "Invalid JWT Signature."));
    } else {
      switch (path) {
        case "/token" -> logIn(exchange, fields(text));
        case "/v1/token" -> exchangeToken(exchange, fields(text));
        case ACTING -> act(exchange, JsonParser.parseString(text).getAsJsonObject());
        default -> send(exchange, 404, "text/html", "<html>Error 404 (Not Found)!!1</html>");
      }
    }
  }

  private static Map<String, String> fields(String form) {
    Map<String, String> fields = new HashMap<>();
    for (String field : form.split("&", -1)) {
      String[] parts = field.split("=", 2);
      fields.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return fields;
  }

  private void logIn(HttpExchange exchange, Map<String, String> fields) throws IOException {
    String[] jwt = fields.getOrDefault("assertion", "").split("\\.");
    if (!JWT_BEARER.equals(fields.get("grant_type")) || jwt.length != 3) {
      refuse(exchange, Refusal.of(400, "unsupported_grant_type", "Invalid grant_type"));
    } else if (!isSigned(jwt)) {
      refuse(exchange, Refusal.of(400, "invalid_grant", "Invalid JWT Signature."));
    } else {
      JsonObject claims =
          JsonParser.parseString(
                  new String(Base64.getUrlDecoder().decode(jwt[1]), StandardCharsets.UTF_8))
              .getAsJsonObject();
      long now = now().getEpochSecond();
      if (!claims.get("aud").getAsString().equals(GOOGLES)
          || !claims.get("iss").getAsString().equals(ACCOUNT)
          || !claims.get("scope").getAsString().equals(SCOPE)) {
        refuse(exchange, Refusal.of(400, "invalid_grant", "Invalid JWT: Failed audience check."));
      } else if (Math.abs(claims.get("iat").getAsLong() - now) > 300) {
        refuse(exchange, Refusal.of(400, "invalid_grant", CLOCK));
      } else {
        JsonObject answer = new JsonObject();
        answer.addProperty("access_token", token());
        answer.addProperty("expires_in", LASTS_SECONDS);
        answer.addProperty("token_type", "Bearer");
        send(exchange, 200, "application/json", answer.toString());
      }
    }
  }

  static final String CLOCK =
      "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."
          + " Check your iat and exp values in the JWT claim.";

  private static boolean isSigned(String[] jwt) {
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initVerify(KEYS.getPublic());
      signature.update((jwt[0] + "." + jwt[1]).getBytes(StandardCharsets.US_ASCII));
      return signature.verify(Base64.getUrlDecoder().decode(jwt[2]));
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private void exchangeToken(HttpExchange exchange, Map<String, String> fields) throws IOException {
    if (!EXCHANGE.equals(fields.get("grant_type"))
        || !AUDIENCE.equals(fields.get("audience"))
        || !IDENTITY.equals(fields.get("subject_token"))) {
      refuse(
          exchange,
          Refusal.of(
              400,
              "invalid_grant",
              "The given credential is rejected by the attribute condition."));
      return;
    }
    JsonObject answer = new JsonObject();
    answer.addProperty("access_token", token());
    answer.addProperty("issued_token_type", "urn:ietf:params:oauth:token-type:access_token");
    answer.addProperty("token_type", "Bearer");
    answer.addProperty("expires_in", LASTS_SECONDS);
    send(exchange, 200, "application/json", answer.toString());
  }

  private void act(HttpExchange exchange, JsonObject request) throws IOException {
    String shown = exchange.getRequestHeaders().getFirst("Authorization");
    JsonArray scopes = request.getAsJsonArray("scope");
    if (!actingAllowed
        || shown == null
        || !isKnown(shown.replaceFirst("^Bearer ", ""))
        || !scopes.get(0).getAsString().equals(SCOPE)) {
      JsonObject error = new JsonObject();
      error.addProperty("code", 403);
      error.addProperty("message", "Permission 'iam.serviceAccounts.getAccessToken' denied.");
      error.addProperty("status", "PERMISSION_DENIED");
      JsonObject answer = new JsonObject();
      answer.add("error", error);
      send(exchange, 403, "application/json", answer.toString());
      return;
    }
    JsonObject answer = new JsonObject();
    answer.addProperty("accessToken", token());
    answer.addProperty("expireTime", now().plusSeconds(LASTS_SECONDS).toString());
    send(exchange, 200, "application/json", answer.toString());
  }

  private static void refuse(HttpExchange exchange, Refusal with) throws IOException {
    send(exchange, with.status(), "application/json", with.body());
  }

  @Override
  protected void answerThrottled(HttpExchange exchange) throws IOException {
    refuse(exchange, Refusal.of(429, "rate_limit_exceeded", "Rate Limit Exceeded"));
  }

  @Override
  protected void answerFailing(HttpExchange exchange) throws IOException {
    refuse(exchange, Refusal.of(500, "internal_failure", ""));
  }

  @Override
  public void setLoginsAllowed(boolean allowed) {
    loginsAllowed = allowed;
  }

  @Override
  public void expireLogins() {
    tokens.clear();
  }

  private static UnsupportedOperationException noKeys() {
    return new UnsupportedOperationException("there are no keys here");
  }

  @Override
  public void rotate() {
    throw noKeys();
  }

  @Override
  public void destroyFirstVersion() {
    throw noKeys();
  }

  @Override
  public void setEnabled(boolean enabled) {
    throw noKeys();
  }

  @Override
  public void setAllowed(boolean allowed) {
    throw noKeys();
  }

  @Override
  public void setConfused(boolean confused) {
    throw noKeys();
  }
}
