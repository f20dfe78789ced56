package io.rekindle.node.endpoint.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.stub.MetadataUtils;
import io.rekindle.node.cluster.NodeCertificates;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.gate.Request;
import io.rekindle.node.model.ClusterCommand;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.Reply;
import io.rekindle.v1.ExportMemoriesRequest;
import io.rekindle.v1.GetMemoryRequest;
import io.rekindle.v1.GetMemoryResponse;
import io.rekindle.v1.Memory;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.StoreMemoryRequest;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real socket: TLS, sizes, compression, pages. One door for all tests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GrpcDoorTest {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private volatile List<String> warming = List.of();
  private GrpcDoor door;
  private ManagedChannel channel;
  private SSLContext tls;
  private HttpClient http;

  @BeforeAll
  void open(@TempDir Path folder) throws Exception {
    Path certificates = folder.resolve("tls");
    NodeCertificates.create(
        certificates,
        UUID.randomUUID(),
        List.of(),
        Clock.systemUTC().instant(),
        NodeCertificates.Validity.DEFAULT);
    door =
        GrpcDoor.open(
            config(),
            new GrpcDoor.Wiring(
                certificates.resolve("server.crt"),
                certificates.resolve("server.key"),
                this::answer,
                () -> warming,
                () -> "rekindle_requests_total 7.0\n",
                Clock.systemUTC()));
    Path ca = certificates.resolve("server-ca.crt");
    channel =
        NettyChannelBuilder.forAddress("localhost", door.port())
            .sslContext(
                GrpcSslContexts.configure(SslContextBuilder.forClient())
                    .trustManager(ca.toFile())
                    .protocols("TLSv1.3")
                    .build())
            .build();
    tls = trusting(ca);
    http = HttpClient.newBuilder().sslContext(tls).build();
  }

  @AfterAll
  void close() {
    channel.shutdownNow();
    http.close();
    door.close();
  }

  @Test
  void answersOverTls() {
    assertThat(
            stub()
                .getMemory(
                    GetMemoryRequest.newBuilder().setNamespace("a").setExternalKey("k").build())
                .getMemory()
                .getContent())
        .isEqualTo("the text");
    assertThat(requests.getLast().peer()).isEqualTo("127.0.0.1");
  }

  @Test
  void streamsPagesOverTheSocket() {
    var pages =
        stub().exportMemories(ExportMemoriesRequest.newBuilder().addNamespaces("a").build());

    int count = 0;
    while (pages.hasNext()) {
      count += pages.next().getMemoriesCount();
    }
    assertThat(count).isEqualTo(50);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.1", "TLSv1"})
  void refusesEveryOlderTls(String protocol) throws IOException {
    try (SSLSocket socket =
        (SSLSocket) tls.getSocketFactory().createSocket("localhost", door.port())) {
      socket.setEnabledProtocols(new String[] {protocol});
      assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
    }
  }

  @Test
  void refusesAClientThatDoesNotKnowItsCa() throws Exception {
    try (SSLSocket socket =
        (SSLSocket) SSLContext.getDefault().getSocketFactory().createSocket("localhost", port())) {
      assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLHandshakeException.class);
    }
  }

  @Test
  void countsTheBytesOfARequestAfterDecompression() {
    StoreMemoryRequest bomb =
        StoreMemoryRequest.newBuilder()
            .setNamespace("a")
            .setMemory(Memory.newBuilder().setContent("x".repeat(3 << 20)))
            .build();

    StatusRuntimeException error =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> stub().withCompression("gzip").storeMemory(bomb));

    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void takesACompressedRequestWithinTheLimit() {
    GetMemoryResponse response =
        stub()
            .withCompression("gzip")
            .getMemory(GetMemoryRequest.newBuilder().setNamespace("a").setExternalKey("k").build());

    assertThat(response.getMemory().getContent()).isEqualTo("the text");
  }

  @Test
  void saysThatItLivesAndWhatStillWarms() throws Exception {
    assertThat(get("/healthz").statusCode()).isEqualTo(200);

    warming = List.of("embedding", "sql");
    HttpResponse<String> cold = get("/readyz");
    warming = List.of();
    HttpResponse<String> ready = get("/readyz");

    assertThat(cold.statusCode()).isEqualTo(503);
    assertThat(cold.body()).isEqualTo("{\"ready\":false,\"warming\":[\"embedding\",\"sql\"]}");
    assertThat(ready.statusCode()).isEqualTo(200);
  }

  @Test
  void showsTheMetersOnlyToWhoMayMonitor() throws Exception {
    assertThat(get("/metrics").statusCode()).isEqualTo(401);

    HttpResponse<String> allowed = get("/metrics", "Authorization", "Bearer good");

    assertThat(allowed.statusCode()).isEqualTo(200);
    assertThat(allowed.body()).isEqualTo("rekindle_requests_total 7.0\n");
  }

  @Test
  void doesNotSayWhatServerItIs() throws Exception {
    assertThat(get("/healthz").headers().map()).doesNotContainKeys("server", "date");
  }

  private Reply answer(Request request) {
    requests.add(request);
    if (!"good".equals(request.credential())) {
      throw new RekindleException(ErrorCode.UNAUTHENTICATED, "the API key is not valid");
    }
    return switch (request.decoder().decode(null)) {
      case MemoryCommand.Get _ -> new Reply.Got(Samples.memory());
      case MemoryCommand.ListPage(_, _, _, String page) -> {
        int next = page == null ? 1 : Integer.parseInt(page) + 1;
        yield new Reply.Listed(
            List.of(Samples.memory()), next < 50 ? Integer.toString(next) : null);
      }
      case ClusterCommand.GetStatus _ -> new Reply.Status(Map.of());
      default -> throw new IllegalStateException();
    };
  }

  private int port() {
    return door.port();
  }

  private MemoryServiceGrpc.MemoryServiceBlockingStub stub() {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer good");
    return MemoryServiceGrpc.newBlockingStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("https://localhost:" + door.port() + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static NodeConfig.Door config() {
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .withMapping(NodeConfig.class)
            .withSources(
                new PropertiesConfigSource(
                    Map.of(
                        "rekindle.data-folder", "unused",
                        "rekindle.door.port", "0",
                        "rekindle.door.request-bytes-max", "1MiB"),
                    "test",
                    100))
            .build();
    return config.getConfigMapping(NodeConfig.class).door();
  }

  private static SSLContext trusting(Path ca) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (var pem = java.nio.file.Files.newInputStream(ca)) {
      Certificate certificate = CertificateFactory.getInstance("X.509").generateCertificate(pem);
      store.setCertificateEntry("ca", certificate);
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
