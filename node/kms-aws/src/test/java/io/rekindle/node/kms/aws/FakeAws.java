package io.rekindle.node.kms.aws;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.rekindle.node.kms.contract.FaultyHttps;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What Rekindle asks of AWS, over HTTPS on a free port of loopback: KMS, with real AES-256-GCM and
 * signatures that are checked, and the one login of STS. Statuses and codes are those of AWS's
 * references, as far as we know them.
 */
final class FakeAws extends FaultyHttps {
  static final String REGION = "eu-central-1";
  static final String ARN = "arn:aws:kms:eu-central-1:111122223333:key/";
  static final String KEY = ARN + "1234abcd-12ab-34cd-56ef-1234567890ab";
  static final String OTHER = ARN + "0987dcba-09fe-87dc-65ba-ab0987654321";
  static final String ALIAS = "alias/rekindle";
  static final String ROLE = "arn:aws:iam::111122223333:role/rekindle";
  static final String ACCOUNT = "jwt.of.the-service-account";
  static final Login PERSON = new Login("AKIAIOSFODNN7EXAMPLE", "secret-of-a-person", null);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TARGET = "TrentService.";

  private final Map<String, KmsKey> keys = new ConcurrentHashMap<>();
  private final Map<String, Login> logins = new ConcurrentHashMap<>();
  private final Map<String, Login> over = new ConcurrentHashMap<>();
  private final Queue<String> operations = new ConcurrentLinkedQueue<>();
  private final Queue<Map<String, List<String>>> headers = new ConcurrentLinkedQueue<>();
  private volatile boolean enabled = true;
  private volatile boolean allowed = true;
  private volatile boolean loginsAllowed = true;
  private volatile boolean confused;
  private volatile @Nullable Refusal refusal;
  private volatile @Nullable Refusal loginRefusal;
  private volatile UnaryOperator<ObjectNode> forged = UnaryOperator.identity();
  private volatile @Nullable String raw;
  private volatile @Nullable String redirect;
  private volatile boolean anonymous;
  private volatile String region = REGION;
  private volatile Duration clockAhead = Duration.ZERO;

  /** An access key; with a token when it is of a session. */
  record Login(String id, String secret, @Nullable String token) {}

  /** What is said to everything. */
  private record Refusal(int status, String code, String message) {}

  private FakeAws(SSLContext tls, String protocol) {
    super(tls, protocol);
    keys.put(KEY, new KmsKey(KEY));
    keys.put(OTHER, new KmsKey(OTHER));
    logins.put(PERSON.id(), PERSON);
  }

  /**
   * @param protocol the one version of TLS that it speaks
   */
  static FakeAws start(SSLContext tls, String protocol) {
    FakeAws aws = new FakeAws(tls, protocol);
    aws.keys.put(ALIAS, aws.key());
    aws.listen();
    return aws;
  }

  /** Of all requests so far. */
  List<String> operations() {
    return List.copyOf(operations);
  }

  /** Of all requests so far. */
  List<Map<String, List<String>>> headers() {
    return List.copyOf(headers);
  }

  /** Moves an alias to the other key. */
  void moveAlias() {
    keys.put(ALIAS, Objects.requireNonNull(keys.get(OTHER)));
  }

  /** Is another region's, which has none of the keys. */
  void moveTo(String other) {
    region = other;
    keys.clear();
  }

  /** Says this to everything that KMS is asked; without a code, the truth again. */
  void refuseAll(int status, @Nullable String code, String message) {
    refusal = code == null ? null : new Refusal(status, code, message);
  }

  void refuseLogins(int status, @Nullable String code) {
    loginRefusal = code == null ? null : new Refusal(status, code, "");
  }

  /** Has answers of KMS be altered. */
  void forge(UnaryOperator<ObjectNode> how) {
    forged = how;
  }

  /** Answers this to everything, with an id of a request; null for the truth again. */
  void answerRaw(int status, @Nullable String body) {
    raw = body == null ? null : status + body;
  }

  /** Leaves out the ids of requests that all answers of AWS have. */
  void setAnonymous(boolean anonymous) {
    this.anonymous = anonymous;
  }

  /** Sends everybody elsewhere. */
  void redirectTo(@Nullable String address) {
    redirect = address;
  }

  /** Has its clock, or that of whoever asks, be wrong. */
  void setClockAhead(Duration ahead) {
    clockAhead = ahead;
  }

  /** A new login of the role. */
  Login logIn() {
    Login login =
        new Login("ASIA" + random(), "secret-of-a-session-" + random(), "token-" + random());
    logins.put(login.id(), login);
    return login;
  }

  /** Has an access key be unknown. */
  void deleteLogin(String id) {
    logins.remove(id);
  }

  private static String random() {
    return UUID.randomUUID().toString().replace("-", "").substring(16);
  }

  @Override
  protected void answer(HttpExchange exchange, byte[] body) throws IOException {
    headers.add(Map.copyOf(exchange.getRequestHeaders()));
    String elsewhere = redirect;
    String text = raw;
    if (text != null) {
      send(exchange, Integer.parseInt(text.substring(0, 3)), text.substring(3));
    } else if (elsewhere != null) {
      exchange.getResponseHeaders().add("Location", elsewhere + exchange.getRequestURI());
      exchange.sendResponseHeaders(307, -1);
    } else if (isOfSts(exchange)) {
      answerLogin(exchange, new String(body, StandardCharsets.UTF_8));
    } else {
      answerKms(exchange, body);
    }
  }

  private static boolean isOfSts(HttpExchange exchange) {
    String type = exchange.getRequestHeaders().getFirst("Content-Type");
    return type != null && type.startsWith("application/x-www-form-urlencoded");
  }

  @Override
  protected void answerThrottled(HttpExchange exchange) throws IOException {
    if (isOfSts(exchange)) {
      refuseLogin(exchange, 400, "Throttling", "Rate exceeded");
    } else {
      refuse(exchange, 400, "ThrottlingException", "Rate exceeded");
    }
  }

  @Override
  protected void answerFailing(HttpExchange exchange) throws IOException {
    if (isOfSts(exchange)) {
      refuseLogin(exchange, 503, "ServiceUnavailable", "");
    } else {
      refuse(exchange, 500, "KMSInternalException", "");
    }
  }

  private void answerKms(HttpExchange exchange, byte[] body) throws IOException {
    String operation = String.valueOf(exchange.getRequestHeaders().getFirst("X-Amz-Target"));
    operations.add(operation.replace(TARGET, ""));
    Refusal all = refusal;
    try {
      checkSignature(exchange, body);
      if (all != null) {
        refuse(exchange, all.status(), all.code(), all.message());
        return;
      }
      JsonNode fields = JSON.readTree(body);
      String type = exchange.getRequestHeaders().getFirst("Content-Type");
      if (!"application/x-amz-json-1.1".equals(type)) {
        throw new KmsKey.RefusedException("SerializationException", "");
      }
      ObjectNode answer =
          switch (operation) {
            case TARGET + "Encrypt" -> encrypt(fields);
            case TARGET + "Decrypt" -> decrypt(fields);
            default -> throw new KmsKey.RefusedException("UnknownOperationException", "");
          };
      send(exchange, 200, forged.apply(answer).toString());
    } catch (KmsKey.RefusedException e) {
      refuse(exchange, 400, e.code(), String.valueOf(e.getMessage()));
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private void checkSignature(HttpExchange exchange, byte[] body)
      throws KmsKey.RefusedException, GeneralSecurityException {
    SigV4 signature = SigV4.of(exchange);
    if (signature == null) {
      throw new KmsKey.RefusedException("MissingAuthenticationTokenException", "");
    }
    Login login = logins.get(signature.accessKeyId());
    String token = exchange.getRequestHeaders().getFirst("X-Amz-Security-Token");
    if (over.containsKey(signature.accessKeyId())) {
      throw new KmsKey.RefusedException(
          "ExpiredTokenException", "The security token included in the request is expired");
    }
    if (login == null || !Objects.equals(login.token(), token)) {
      throw new KmsKey.RefusedException(
          "UnrecognizedClientException", "The security token included in the request is invalid.");
    }
    String ofTime = SigV4.complaintOfTime(exchange, Instant.now().plus(clockAhead));
    if (ofTime != null) {
      throw new KmsKey.RefusedException("InvalidSignatureException", ofTime);
    }
    boolean whole =
        signature.covers("host")
            && signature.covers("x-amz-date")
            && signature.covers("x-amz-target")
            && (token == null || signature.covers("x-amz-security-token"))
            && signature.scope().endsWith("/" + region + "/kms/aws4_request");
    if (!whole || !signature.isBy(login.secret(), exchange, body)) {
      throw new KmsKey.RefusedException(
          "InvalidSignatureException",
          "The request signature we calculated does not match the signature you provided. The"
              + " Canonical String for this request should have been\n'"
              + signature.canonical(exchange, body)
              + "'");
    }
  }

  private KmsKey key(JsonNode fields) throws KmsKey.RefusedException {
    String name = fields.path("KeyId").asText();
    KmsKey key = keys.get(name.startsWith("arn:") || name.startsWith("alias/") ? name : ARN + name);
    if (key == null) {
      throw new KmsKey.RefusedException("NotFoundException", "Key '" + name + "' does not exist");
    }
    if (!allowed) {
      throw new KmsKey.RefusedException(
          "AccessDeniedException",
          "User: " + ROLE + " is not authorized to perform: kms:Decrypt on this resource");
    }
    if (!enabled) {
      throw new KmsKey.RefusedException("DisabledException", key.arn() + " is disabled.");
    }
    if (!fields.path("EncryptionAlgorithm").asText().equals("SYMMETRIC_DEFAULT")) {
      throw new KmsKey.RefusedException("InvalidKeyUsageException", "");
    }
    return key;
  }

  private ObjectNode encrypt(JsonNode fields)
      throws KmsKey.RefusedException, GeneralSecurityException, IOException {
    KmsKey key = key(fields);
    byte[] wrapped = key.encrypt(fields.path("Plaintext").binaryValue(), context(fields));
    return answer(key).put("CiphertextBlob", Base64.getEncoder().encodeToString(wrapped));
  }

  private ObjectNode decrypt(JsonNode fields)
      throws KmsKey.RefusedException, GeneralSecurityException, IOException {
    KmsKey key = key(fields);
    byte[] plaintext = key.decrypt(fields.path("CiphertextBlob").binaryValue(), context(fields));
    if (confused) {
      plaintext[0] ^= 1;
    }
    return answer(key).put("Plaintext", Base64.getEncoder().encodeToString(plaintext));
  }

  private static ObjectNode answer(KmsKey key) {
    return JSON.createObjectNode()
        .put("KeyId", key.arn())
        .put("EncryptionAlgorithm", "SYMMETRIC_DEFAULT");
  }

  private static Map<String, String> context(JsonNode fields) {
    return JSON.convertValue(
        fields.path("EncryptionContext"), new TypeReference<Map<String, String>>() {});
  }

  private void answerLogin(HttpExchange exchange, String form) throws IOException {
    operations.add("login");
    Map<String, String> fields = new HashMap<>();
    for (String field : form.split("&", -1)) {
      String[] pair = field.split("=", 2);
      fields.put(pair[0], URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
    }
    Refusal all = loginRefusal;
    if (all != null) {
      refuseLogin(exchange, all.status(), all.code(), all.message());
    } else if (!"AssumeRoleWithWebIdentity".equals(fields.get("Action"))
        || exchange.getRequestHeaders().containsKey("Authorization")) {
      refuseLogin(exchange, 400, "InvalidAction", "");
    } else if (!ACCOUNT.equals(fields.get("WebIdentityToken"))) {
      refuseLogin(exchange, 400, "InvalidIdentityToken", "");
    } else if (!loginsAllowed || !ROLE.equals(fields.get("RoleArn"))) {
      refuseLogin(
          exchange, 403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
    } else {
      sendLogin(exchange, logIn());
    }
  }

  private static void sendLogin(HttpExchange exchange, Login login) throws IOException {
    send(
        exchange,
        200,
        "text/xml",
        """
        <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
          <AssumeRoleWithWebIdentityResult>
            <SubjectFromWebIdentityToken>system:serviceaccount:a:b</SubjectFromWebIdentityToken>
            <Credentials>
              <AccessKeyId>%s</AccessKeyId>
              <SecretAccessKey>%s</SecretAccessKey>
              <SessionToken>%s</SessionToken>
              <Expiration>%s</Expiration>
            </Credentials>
          </AssumeRoleWithWebIdentityResult>
          <ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata>
        </AssumeRoleWithWebIdentityResponse>
        """
            .formatted(
                login.id(),
                login.secret(),
                login.token(),
                Instant.now().plusSeconds(3600),
                UUID.randomUUID()));
  }

  private static void refuseLogin(HttpExchange exchange, int status, String code, String message)
      throws IOException {
    send(
        exchange,
        status,
        "text/xml",
        """
        <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
          <Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error>
          <RequestId>%s</RequestId>
        </ErrorResponse>
        """
            .formatted(code, message, UUID.randomUUID()));
  }

  private void refuse(HttpExchange exchange, int status, String code, String message)
      throws IOException {
    String field = code.startsWith("AccessDenied") ? "Message" : "message";
    send(
        exchange,
        status,
        JSON.createObjectNode().put("__type", code).put(field, message).toString());
  }

  private void send(HttpExchange exchange, int status, String json) throws IOException {
    if (!anonymous) {
      exchange.getResponseHeaders().add("x-amzn-RequestId", UUID.randomUUID().toString());
    }
    send(exchange, status, "application/x-amz-json-1.1", json);
  }

  private KmsKey key() {
    return Objects.requireNonNull(keys.get(KEY));
  }

  @Override
  public void rotate() {
    key().rotate();
  }

  /**
   * As near as AWS comes to it: of a key with imported material, one that was deleted. AWS has the
   * whole key be pending import then, until the material is there again; here that is said of what
   * the material wrapped alone.
   */
  @Override
  public void destroyFirstVersion() {
    key().deleteFirstMaterial();
  }

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

  /** Access keys of persons have no end. */
  @Override
  public void expireLogins() {
    logins.values().stream()
        .filter(login -> login.token() != null)
        .forEach(login -> over.put(login.id(), login));
  }

  @Override
  public void setConfused(boolean confused) {
    this.confused = confused;
  }
}
