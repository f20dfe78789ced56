package io.rekindle.node.endpoint.grpc;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.stub.MetadataUtils;
import io.rekindle.node.cluster.NodeCertificates;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.gate.RefusalSink;
import io.rekindle.node.gate.RequestHandler;
import io.rekindle.v1.MemoryServiceGrpc;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A door on a real socket before a hand-made gate, with clients that trust it. */
final class SocketDoor implements AutoCloseable {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  final List<String> refusals = new CopyOnWriteArrayList<>();
  final SSLContext tls;
  final HttpClient http;
  final ManagedChannel channel;
  private final GrpcDoor door;
  private volatile RefusalSink sink = (peer, refusal) -> refusals.add(peer + " " + refusal);

  /** Opens a door of 1 MiB a request, and whatever {@code config} says. */
  SocketDoor(
      Path folder,
      Map<String, String> config,
      RequestHandler handler,
      Supplier<List<String>> warming) {
    Path certificates = folder.resolve("tls");
    try {
      NodeCertificates.create(
          certificates,
          UUID.randomUUID(),
          List.of(),
          Clock.systemUTC().instant(),
          NodeCertificates.Validity.DEFAULT);
      door =
          GrpcDoor.open(
              config(config),
              new GrpcDoor.Wiring(
                  certificates.resolve("server.crt"),
                  certificates.resolve("server.key"),
                  handler,
                  (peer, refusal) -> sink.refused(peer, refusal),
                  warming,
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
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    http = HttpClient.newBuilder().sslContext(tls).build();
  }

  int port() {
    return door.port();
  }

  /** What all requests hold of their room now, in bytes. */
  long requestBytes() {
    return door.requestBytes();
  }

  /** Refusals go here from now on. */
  void accountIn(RefusalSink other) {
    sink = other;
  }

  /** A connection for one who does not take answers: there is hardly any room for them. */
  SSLSocket unread() throws IOException {
    SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket();
    socket.setReceiveBufferSize(4_096);
    socket.setSoLinger(true, 0); // Else its close would wait for a write that goes nowhere.
    socket.connect(new InetSocketAddress("localhost", port()));
    return socket;
  }

  /** A client whose key is {@code good}. */
  MemoryServiceGrpc.MemoryServiceBlockingStub stub() {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer good");
    return MemoryServiceGrpc.newBlockingStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    return send(request(path, headers));
  }

  HttpResponse<String> post(String path, byte[] body, String... headers)
      throws IOException, InterruptedException {
    return send(request(path, headers).POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  private HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("https://localhost:" + port() + path));
    return headers.length > 0 ? request.headers(headers) : request;
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    channel.shutdownNow();
    http.close();
    door.close();
  }

  private static NodeConfig.Door config(Map<String, String> more) {
    Map<String, String> config = new HashMap<>();
    config.put("rekindle.data-folder", "unused");
    config.put("rekindle.door.port", "0");
    config.put("rekindle.door.request-bytes-max", "1MiB");
    config.putAll(more);
    return new SmallRyeConfigBuilder()
        .withMapping(NodeConfig.class)
        .withSources(new PropertiesConfigSource(config, "test", 100))
        .build()
        .getConfigMapping(NodeConfig.class)
        .door();
  }

  private static SSLContext trusting(Path ca) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream pem = Files.newInputStream(ca)) {
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
