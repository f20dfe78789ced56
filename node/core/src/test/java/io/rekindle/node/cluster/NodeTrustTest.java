package io.rekindle.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509KeyManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Handshakes of a node with peers that verify nothing, on either side of the connection. */
class NodeTrustTest {
  /** Only so that a bug does not hang the build. */
  private static final int PATIENCE_MILLIS = 60_000;

  private static final byte GREETING = 42;

  @TempDir static Path folder;

  private static NodeTls tls;
  private static TestPeers peers;

  @BeforeAll
  static void createCertificates() throws Exception {
    NodeCertificates.create(
        folder.resolve("tls"),
        UUID.randomUUID(),
        List.of(),
        Instant.now(),
        NodeCertificates.Validity.DEFAULT);
    tls = NodeTls.load(TestEngine.config(folder, Map.of()).tls(), folder, Instant.now());
    peers = TestPeers.of(folder);
  }

  @Test
  void aNodeOfTheClusterIsLetInAndTrusted() throws Exception {
    assertThat(letsIn(peers.right())).isTrue();
    assertThat(goesTo(peers.right())).isTrue();
    assertThat(letsIn(tls.nodeKeyManagers())).as("itself").isTrue();
  }

  @Test
  void aDoorIsNoNode() throws Exception {
    assertThat(letsIn(peers.serverOnly())).isFalse();
    assertThat(goesTo(peers.serverOnly())).isFalse();
  }

  @Test
  void aClientIsNoNode() throws Exception {
    assertThat(letsIn(peers.clientOnly())).isFalse();
    assertThat(goesTo(peers.clientOnly())).isFalse();
  }

  @Test
  void aNodeOfAnotherClusterOfTheSameCaIsRefused() throws Exception {
    assertThat(letsIn(peers.otherCluster())).isFalse();
    assertThat(goesTo(peers.otherCluster())).isFalse();
  }

  @Test
  void aNodeWhoseTimeIsOverIsRefused() throws Exception {
    assertThat(letsIn(peers.expired())).isFalse();
    assertThat(goesTo(peers.expired())).isFalse();
  }

  @Test
  void aNodeOfAForeignCaIsRefused() throws Exception {
    assertThat(letsIn(peers.foreign())).isFalse();
    assertThat(goesTo(peers.foreign())).isFalse();
  }

  @Test
  void whoShowsNothingIsRefused() throws Exception {
    assertThat(letsIn(peers.none())).isFalse();
  }

  @Test
  void everyWayToAskGivesTheSameAnswer() {
    X509ExtendedTrustManager trust = new NodeTrust(new AllChains(), tls.nodeChain().getFirst());
    SSLEngine engine = new Tls13ContextFactory(tls).create().createSSLEngine();
    Socket socket = new Socket();
    List<Question> questions =
        List.of(
            chain -> trust.checkClientTrusted(chain, "EC"),
            chain -> trust.checkServerTrusted(chain, "EC"),
            chain -> trust.checkClientTrusted(chain, "EC", socket),
            chain -> trust.checkServerTrusted(chain, "EC", socket),
            chain -> trust.checkClientTrusted(chain, "EC", engine),
            chain -> trust.checkServerTrusted(chain, "EC", engine));
    for (Question question : questions) {
      assertThatNoException().isThrownBy(() -> question.ask(chain(peers.right())));
      assertThatExceptionOfType(CertificateException.class)
          .isThrownBy(() -> question.ask(chain(peers.otherCluster())))
          .withMessage("the certificate is one of another cluster");
      assertThatExceptionOfType(CertificateException.class)
          .isThrownBy(() -> question.ask(chain(peers.serverOnly())))
          .withMessage("the certificate is not one of a node");
    }
  }

  private interface Question {
    void ask(X509Certificate[] chain) throws CertificateException;
  }

  /** What verifies no chain, so that what a node adds to that stands alone. */
  private static final class AllChains extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  private static X509Certificate[] chain(KeyManager[] keys) {
    X509KeyManager manager = (X509KeyManager) keys[0];
    return manager.getCertificateChain(manager.getClientAliases("EC", null)[0]);
  }

  private static boolean letsIn(KeyManager[] peer) throws Exception {
    return connects(attacker(peer), new Tls13ContextFactory(tls).create());
  }

  private static boolean goesTo(KeyManager[] peer) throws Exception {
    return connects(new Tls13ContextFactory(tls).create(), attacker(peer));
  }

  private static SSLContext attacker(KeyManager[] keys) throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys, new TrustManager[] {new TlsProbe.TrustAll()}, new SecureRandom());
    return context;
  }

  /** Whether the server greets the client: in TLS 1.3 it sees the client's certificate last. */
  private static boolean connects(SSLContext client, SSLContext server) throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (SSLServerSocket listener =
        (SSLServerSocket) server.getServerSocketFactory().createServerSocket(0, 1, loopback)) {
      listener.setNeedClientAuth(true);
      listener.setSoTimeout(PATIENCE_MILLIS);
      Thread greeting = Thread.ofPlatform().daemon().start(() -> greet(listener));
      try (SSLSocket socket =
          (SSLSocket) client.getSocketFactory().createSocket(loopback, listener.getLocalPort())) {
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket.getInputStream().read() == GREETING;
      } catch (IOException e) {
        return false;
      } finally {
        greeting.join();
      }
    }
  }

  private static void greet(SSLServerSocket listener) {
    try (SSLSocket socket = (SSLSocket) listener.accept()) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.getOutputStream().write(GREETING);
    } catch (IOException e) {
      // The client sees that nothing came.
    }
  }
}
