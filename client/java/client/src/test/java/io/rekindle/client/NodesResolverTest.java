package io.rekindle.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.stub.StreamObserver;
import io.rekindle.v1.GetMemoryRequest;
import io.rekindle.v1.GetMemoryResponse;
import io.rekindle.v1.MemoryServiceGrpc;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real servers on loopback, each with a certificate for one name. */
class NodesResolverTest {
  private static final int CALLS = 20;

  /** More than enough for a handshake; only a client that never gets there makes them all. */
  private static final int CALLS_MAX = 10_000;

  private static final char[] PASSWORD = "only in a test".toCharArray();

  @TempDir static Path folder;

  private static KeyStore named;
  private static KeyStore numbered;

  private final List<FakeNode> nodes = new ArrayList<>();

  @BeforeAll
  static void makeCertificates() throws Exception {
    named = certificate("named", "dns:localhost");
    numbered = certificate("numbered", "ip:127.0.0.1");
  }

  @AfterEach
  void stop() {
    nodes.forEach(FakeNode::kill);
  }

  @Test
  void readsNodesWithAndWithoutAPort() {
    assertThat(NodesResolver.parse("a.internal:1, b.internal,[fd00::1]:65535"))
        .containsExactly(
            InetSocketAddress.createUnresolved("a.internal", 1),
            InetSocketAddress.createUnresolved("b.internal", 8443),
            InetSocketAddress.createUnresolved("[fd00::1]", 65535));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a b",
        ":1",
        "a:x",
        "a:0",
        "a:65536",
        "a:-1",
        "fd00::1:47500",
        "[fd00::1",
        "a:1/path",
        "a:1?query",
        "a:1#part",
        "user@a:1",
        "https://a:1"
      })
  void refusesATargetThatIsNoListOfNodesNamingWhatIsWrong(String wrong) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RekindleClient.builder("right:8443, " + wrong))
        .withMessage("\"" + wrong + "\" is not host:port");
  }

  @Test
  void aTargetIsReadAgainAsItWasWritten() {
    String text = "a.internal:1, b.internal:2,[fd00::1]:3";

    URI target = URI.create(NodesResolver.target(text));

    assertThat(target.getScheme()).isEqualTo(NodesResolver.SCHEME);
    assertThat(NodesResolver.parse(target.getPath().substring(1)))
        .isEqualTo(NodesResolver.parse(text));
  }

  @Test
  void callsGoToAllNodesEachVerifiedByItsOwnNameAndGoOnWhenOneDies() throws Exception {
    FakeNode one = start(named);
    FakeNode other = start(numbered);
    try (RekindleClient client = client("localhost:%d, 127.0.0.1:%d", one, other)) {
      for (int i = 0; i < CALLS_MAX && !(one.isAsked() && other.isAsked()); i++) {
        get(client);
      }
      assertThat(one.isAsked()).isTrue();
      assertThat(other.isAsked()).isTrue();

      one.kill();
      int before = other.asked.get();
      for (int i = 0; i < CALLS; i++) {
        get(client);
      }
      assertThat(other.asked.get() - before).isEqualTo(CALLS);
    }
  }

  @Test
  void aNodeThatIsAwayFromTheBeginningLeavesTheOther() throws Exception {
    FakeNode away = start(named);
    away.kill();
    FakeNode there = start(numbered);
    try (RekindleClient client = client("localhost:%d,127.0.0.1:%d", away, there)) {
      get(client);
    }
    assertThat(there.asked).hasValue(1);
  }

  @Test
  void aNameThatIsNotKnownLeavesTheOthers() throws Exception {
    FakeNode there = start(numbered);
    try (RekindleClient client = client("unknown.invalid:%d,127.0.0.1:%d", there, there)) {
      get(client);
    }
    assertThat(there.asked).hasValue(1);
  }

  @Test
  void aNodeThatIsNotWhoItWasCalledIsNotAsked() throws Exception {
    FakeNode right = start(numbered);
    FakeNode wrong = start(named);
    try (RekindleClient client = client("127.0.0.1:%d,127.0.0.1:%d", right, wrong)) {
      for (int i = 0; i < CALLS; i++) {
        get(client);
      }
    }
    assertThat(right.asked).hasValue(CALLS);
    assertThat(wrong.asked).hasValue(0);
  }

  @Test
  void aTargetOfOneNodeIsTheChannelsBusinessAsBefore() throws Exception {
    FakeNode only = start(named);
    try (RekindleClient client = client("localhost:%d", only)) {
      get(client);
    }
    try (RekindleClient client = client("dns:///localhost:%d", only)) {
      get(client);
    }
    assertThat(only.asked).hasValue(2);
  }

  private static void get(RekindleClient client) {
    assertThat(client.memories().get("a", "id").execute())
        .isEqualTo(GetMemoryResponse.getDefaultInstance());
  }

  private FakeNode start(KeyStore keys) throws Exception {
    FakeNode node = new FakeNode(keys);
    nodes.add(node);
    return node;
  }

  private static RekindleClient client(String target, FakeNode... nodes) throws Exception {
    Object[] ports = new Object[nodes.length];
    for (int i = 0; i < ports.length; i++) {
      ports[i] = nodes[i].port;
    }
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("named", named.getCertificate("node"));
    trusted.setCertificateEntry("numbered", numbered.getCertificate("node"));
    return RekindleClient.builder(target.formatted(ports))
        .trustStore(trusted)
        .deadline(Duration.ofSeconds(60))
        .build();
  }

  /** Of its own signing, by the JDK's tool: the JDK has no other public way to make one. */
  private static KeyStore certificate(String name, String host)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path file = folder.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "node",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=" + host,
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD))
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    return store;
  }

  private static final class FakeNode extends MemoryServiceGrpc.MemoryServiceImplBase {
    private final AtomicInteger asked = new AtomicInteger();
    private final Server server;
    private final int port;

    FakeNode(KeyStore keys) throws IOException, GeneralSecurityException {
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(keys, PASSWORD);
      server =
          NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .sslContext(
                  GrpcSslContexts.configure(SslContextBuilder.forServer(factory))
                      .protocols("TLSv1.3")
                      .build())
              .addService(this)
              .build()
              .start();
      port = server.getPort();
    }

    boolean isAsked() {
      return asked.get() > 0;
    }

    void kill() {
      server.shutdownNow();
    }

    @Override
    public void getMemory(GetMemoryRequest request, StreamObserver<GetMemoryResponse> out) {
      asked.incrementAndGet();
      out.onNext(GetMemoryResponse.getDefaultInstance());
      out.onCompleted();
    }
  }
}
