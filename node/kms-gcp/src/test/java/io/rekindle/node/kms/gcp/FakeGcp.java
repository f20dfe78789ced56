package io.rekindle.node.kms.gcp;

import com.google.cloud.kms.v1.DecryptRequest;
import com.google.cloud.kms.v1.DecryptResponse;
import com.google.cloud.kms.v1.EncryptRequest;
import com.google.cloud.kms.v1.EncryptResponse;
import com.google.cloud.kms.v1.KeyManagementServiceGrpc;
import com.google.protobuf.ByteString;
import com.google.protobuf.Int64Value;
import com.google.protobuf.Message;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.rekindle.node.kms.contract.KeyServer;
import io.rekindle.node.kms.contract.TestTls;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What Rekindle asks of Google Cloud KMS, by a server of grpc-java on a free port of loopback, and
 * the logins before it ({@link FakeLogins}). Statuses and texts are those of Google as far as we
 * know them.
 */
final class FakeGcp implements KeyServer {
  static final String KEY =
      "projects/acme/locations/europe-west3/keyRings/prod/cryptoKeys/rekindle";
  static final String OTHER_KEY = KEY.replace("/rekindle", "/other");

  private static final Metadata.Key<String> AUTHORIZATION = key("authorization");
  private static final Metadata.Key<String> ROUTING = key("x-goog-request-params");
  private static final Metadata.Key<String> QUOTA_PROJECT = key("x-goog-user-project");

  private final FakeLogins logins;
  private final Server server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, FakeKey> keys = new ConcurrentHashMap<>();
  private final Queue<String> quotaProjects = new ConcurrentLinkedQueue<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger throttled = new AtomicInteger();
  private final AtomicInteger failing = new AtomicInteger();
  private final AtomicInteger garbled = new AtomicInteger();
  private volatile Duration delay = Duration.ZERO;
  private volatile boolean dripping;
  private volatile boolean allowed = true;
  private volatile boolean confused;
  private volatile Optional<StatusRuntimeException> refusal = Optional.empty();
  private volatile UnaryOperator<Message> tampering = UnaryOperator.identity();

  private FakeGcp(TestTls tls, InetSocketAddress address, String protocol) {
    keys.put(KEY, new FakeKey(KEY));
    keys.put(OTHER_KEY, new FakeKey(OTHER_KEY));
    logins = new FakeLogins(tls.context(), KeyServiceHttp.TLS);
    try {
      server =
          NettyServerBuilder.forAddress(address)
              .sslContext(
                  GrpcSslContexts.configure(
                          SslContextBuilder.forServer(
                              tls.authority().resolveSibling("server.crt").toFile(),
                              tls.authority().resolveSibling("server.key").toFile()),
                          SslProvider.JDK)
                      .protocols(protocol)
                      .build())
              .executor(threads)
              .addService(service())
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param host of loopback
   * @param protocol the one version of TLS that it speaks
   */
  static FakeGcp start(TestTls tls, String host, String protocol) {
    return new FakeGcp(tls, new InetSocketAddress(host, 0), protocol);
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  /** Makes one of this whole name. */
  void addKey(String name) {
    keys.put(name, new FakeKey(name));
  }

  /** As nobody can at Google. */
  void delete() {
    keys.remove(KEY);
  }

  /** Host and port. */
  String endpoint() {
    return "localhost:" + server.getPort();
  }

  int port() {
    return server.getPort();
  }

  FakeLogins logins() {
    return logins;
  }

  /** Of requests for keys. */
  int keyRequests() {
    return requests.get();
  }

  /** Who was to pay, of the requests that said so. */
  Queue<String> quotaProjects() {
    return quotaProjects;
  }

  /** Refuses whoever is logged in by this. */
  void refuse(@Nullable StatusRuntimeException with) {
    refusal = Optional.ofNullable(with);
  }

  /** Alters each answer. */
  void tamper(UnaryOperator<Message> with) {
    tampering = with;
  }

  private ServerServiceDefinition service() {
    return ServerServiceDefinition.builder(KeyManagementServiceGrpc.SERVICE_NAME)
        .addMethod(raw(KeyManagementServiceGrpc.getEncryptMethod()), handler(this::encrypt))
        .addMethod(raw(KeyManagementServiceGrpc.getDecryptMethod()), handler(this::decrypt))
        .build();
  }

  /** The answer is bytes, right or wrong. */
  private static <T> MethodDescriptor<T, InputStream> raw(MethodDescriptor<T, ?> method) {
    return method.toBuilder(method.getRequestMarshaller(), new Raw()).build();
  }

  private static final class Raw implements MethodDescriptor.Marshaller<InputStream> {
    @Override
    public InputStream stream(InputStream value) {
      return value;
    }

    @Override
    public InputStream parse(InputStream stream) {
      return stream;
    }
  }

  private <T extends Message> ServerCallHandler<T, InputStream> handler(
      Function<T, Message> answer) {
    return (call, headers) -> {
      requests.incrementAndGet();
      call.request(2);
      return new ServerCall.Listener<>() {
        private @Nullable T request;

        @Override
        public void onMessage(T message) {
          request = message;
        }

        @Override
        public void onHalfClose() {
          FakeGcp.this.answer(call, headers, request, answer);
        }
      };
    };
  }

  private <T extends Message> void answer(
      ServerCall<T, InputStream> call,
      Metadata headers,
      @Nullable T request,
      Function<T, Message> answer) {
    try {
      Thread.sleep(delay);
      if (dripping) {
        call.sendHeaders(new Metadata()); // A server of grpc-java sends messages whole alone.
        return;
      }
      checkFaults();
      checkCaller(headers);
      if (request == null) {
        throw Status.INTERNAL.asRuntimeException();
      }
      byte[] bytes = tampering.apply(answer.apply(request)).toByteArray();
      if (takes(garbled)) {
        bytes = "<html>it works</html>".getBytes(StandardCharsets.UTF_8);
      }
      call.sendHeaders(new Metadata());
      call.sendMessage(new ByteArrayInputStream(bytes));
      call.close(Status.OK, new Metadata());
    } catch (StatusRuntimeException e) {
      Metadata trailers = e.getTrailers();
      call.close(e.getStatus(), trailers == null ? new Metadata() : trailers);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // It is closed.
    }
  }

  private void checkFaults() {
    if (takes(throttled)) {
      throw Refusals.of(
          Status.Code.RESOURCE_EXHAUSTED,
          "Quota exceeded for quota metric 'Cryptographic requests' of service"
              + " 'cloudkms.googleapis.com'.",
          Refusals.info("RATE_LIMIT_EXCEEDED", "googleapis.com"));
    }
    if (takes(failing)) {
      throw Status.INTERNAL.withDescription("Internal error encountered.").asRuntimeException();
    }
  }

  private void checkCaller(Metadata headers) {
    String caller = headers.get(AUTHORIZATION);
    String place = headers.get(ROUTING);
    if (caller == null || !logins.isKnown(caller.replaceFirst("^Bearer ", ""))) {
      throw Refusals.of(
          Status.Code.UNAUTHENTICATED,
          "Request had invalid authentication credentials. Expected OAuth 2 access token, login"
              + " cookie or other valid authentication credential.",
          Refusals.info("ACCESS_TOKEN_EXPIRED", "googleapis.com"));
    }
    if (place == null
        || !keys.containsKey(
            URLDecoder.decode(place.replaceFirst("^name=", ""), StandardCharsets.UTF_8))) {
      throw Status.NOT_FOUND
          .withDescription("CryptoKey " + place + " not found.")
          .asRuntimeException();
    }
    Optional.ofNullable(headers.get(QUOTA_PROJECT)).ifPresent(quotaProjects::add);
    refusal.ifPresent(
        status -> {
          throw status;
        });
    if (!allowed) {
      throw Refusals.of(
          Status.Code.PERMISSION_DENIED,
          "Permission 'cloudkms.cryptoKeyVersions.useToDecrypt' denied on resource '"
              + KEY
              + "' (or it may not exist).",
          Refusals.info("IAM_PERMISSION_DENIED", "cloudkms.googleapis.com"));
    }
  }

  private static boolean takes(AtomicInteger count) {
    return count.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
  }

  private FakeKey key(ByteString name) {
    FakeKey key = keys.get(name.toStringUtf8());
    if (key == null) {
      throw Status.NOT_FOUND
          .withDescription("CryptoKey " + name.toStringUtf8() + " not found.")
          .asRuntimeException();
    }
    return key;
  }

  private Message encrypt(EncryptRequest request) {
    FakeKey key = key(request.getNameBytes());
    checkSum("plaintext", request.getPlaintext(), request.getPlaintextCrc32C());
    checkSum(
        "additional_authenticated_data",
        request.getAdditionalAuthenticatedData(),
        request.getAdditionalAuthenticatedDataCrc32C());
    byte[] wrapped = key.wrap(request.getPlaintext(), request.getAdditionalAuthenticatedData());
    return EncryptResponse.newBuilder()
        .setName(key.primary())
        .setCiphertext(ByteString.copyFrom(wrapped))
        .setCiphertextCrc32C(checksum(ByteString.copyFrom(wrapped)))
        .setVerifiedPlaintextCrc32C(request.hasPlaintextCrc32C())
        .setVerifiedAdditionalAuthenticatedDataCrc32C(
            request.hasAdditionalAuthenticatedDataCrc32C())
        .build();
  }

  private Message decrypt(DecryptRequest request) {
    FakeKey key = key(request.getNameBytes());
    checkSum("ciphertext", request.getCiphertext(), request.getCiphertextCrc32C());
    checkSum(
        "additional_authenticated_data",
        request.getAdditionalAuthenticatedData(),
        request.getAdditionalAuthenticatedDataCrc32C());
    byte[] unwrapped =
        key.unwrap(request.getCiphertext(), request.getAdditionalAuthenticatedData());
    if (confused) {
      unwrapped[0] ^= 1;
    }
    ByteString plaintext = ByteString.copyFrom(unwrapped);
    return DecryptResponse.newBuilder()
        .setPlaintext(plaintext)
        .setPlaintextCrc32C(checksum(plaintext))
        .build();
  }

  private static void checkSum(String field, ByteString bytes, Int64Value sum) {
    if (!checksum(bytes).equals(sum)) {
      throw Status.INVALID_ARGUMENT
          .withDescription(
              "The checksum in field " + field + "_crc32c did not match the data in field " + field)
          .asRuntimeException();
    }
  }

  static Int64Value checksum(ByteString bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes.toByteArray());
    return Int64Value.of(checksum.getValue());
  }

  private FakeKey key() {
    return key(ByteString.copyFromUtf8(KEY));
  }

  @Override
  public int requests() {
    return requests.get() + logins.requests();
  }

  @Override
  public void rotate() {
    key().rotate();
  }

  @Override
  public void destroyFirstVersion() {
    key().destroyFirstVersion();
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
    logins.setLoginsAllowed(allowed);
  }

  @Override
  public void expireLogins() {
    logins.expireLogins();
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
    server.shutdownNow();
    threads.shutdownNow();
    logins.close();
  }
}
