package io.rekindle.node.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Knocks at a port of loopback like a peer that it should, or should not, let in. */
final class TlsProbe {
  private static final int CONNECT_MILLIS = 5_000;

  /** After this long without an end of the connection, the peer counts as let in. */
  private static final int PATIENCE_MILLIS = 1_500;

  /** How a port treated us. */
  enum Answer {
    LET_IN,
    REFUSED
  }

  private TlsProbe() {}

  /** Completes a handshake of {@code protocol} and waits for what the peer then does. */
  static Answer tls(int port, String protocol, KeyManager[] keys)
      throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, new TrustManager[] {new TrustAll()}, new SecureRandom());
    try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket()) {
      socket.connect(address(port), CONNECT_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.setEnabledProtocols(new String[] {protocol});
      try {
        socket.startHandshake();
        return read(socket.getInputStream());
      } catch (SocketTimeoutException e) {
        return Answer.LET_IN;
      } catch (IOException e) {
        return Answer.REFUSED;
      }
    }
  }

  /** Sends bytes in clear; let in if any byte comes back that is not a TLS alert. */
  static Answer plaintext(int port, byte[] hello) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(address(port), CONNECT_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS);
      try {
        socket.getOutputStream().write(hello);
        byte[] answer = socket.getInputStream().readNBytes(64);
        boolean alert = answer.length > 0 && answer[0] == 21;
        return answer.length == 0 || alert ? Answer.REFUSED : Answer.LET_IN;
      } catch (SocketTimeoutException e) {
        return Answer.LET_IN;
      } catch (IOException e) {
        return Answer.REFUSED;
      }
    }
  }

  private static Answer read(InputStream in) throws IOException {
    return in.read() < 0 ? Answer.REFUSED : Answer.LET_IN;
  }

  private static InetSocketAddress address(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** What an attacker does. */
  private static final class TrustAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
