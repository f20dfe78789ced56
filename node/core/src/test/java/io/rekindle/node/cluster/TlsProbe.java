package io.rekindle.node.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Knocks at a port of loopback like a peer that it should, or should not, let in. */
public final class TlsProbe {
  private static final int CONNECT_MILLIS = 5_000;

  /**
   * After this long without an end of the connection, the peer counts as let in: long, because a
   * busy machine must not make a refusal look like that.
   */
  private static final int PATIENCE_MILLIS = 30_000;

  /** As {@link #PATIENCE_MILLIS}, where silence is what is hoped for. */
  private static final int PATIENCE_OF_THE_RIGHT_MILLIS = 1_500;

  private static final int RECORD_HEADER_BYTES = 5;
  private static final byte HANDSHAKE = 22;
  private static final byte CLIENT_HELLO = 1;
  private static final byte SERVER_HELLO = 2;

  /** How a port treated us. */
  public enum Answer {
    LET_IN,
    REFUSED
  }

  private TlsProbe() {}

  /** Completes a handshake of {@code protocol} and waits for the peer to end the connection. */
  public static Answer tls(int port, String protocol, KeyManager[] keys)
      throws IOException, GeneralSecurityException {
    return tls(port, protocol, keys, PATIENCE_MILLIS);
  }

  /** As a peer that should be let in: completes a handshake of TLS 1.3 and sees it last. */
  public static Answer right(int port, KeyManager[] keys)
      throws IOException, GeneralSecurityException {
    return tls(port, "TLSv1.3", keys, PATIENCE_OF_THE_RIGHT_MILLIS);
  }

  private static Answer tls(int port, String protocol, KeyManager[] keys, int patienceMillis)
      throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, new TrustManager[] {new TrustAll()}, new SecureRandom());
    try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket()) {
      socket.connect(address(port), CONNECT_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.setEnabledProtocols(new String[] {protocol});
      try {
        socket.startHandshake();
        socket.setSoTimeout(patienceMillis);
        return read(socket.getInputStream());
      } catch (SocketTimeoutException e) {
        return Answer.LET_IN;
      } catch (IOException e) {
        return Answer.REFUSED;
      }
    }
  }

  /** Sends bytes in clear; let in if any byte comes back that is not a TLS alert. */
  public static Answer plaintext(int port, byte[] hello) throws IOException {
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

  /**
   * Sends the hello of a client that knows no version above {@code version}, which the JDK itself
   * no longer does for the oldest ones; let in if a ServerHello comes back.
   *
   * @param version as on the wire: 0x0301 is TLS 1.0, 0x0303 is TLS 1.2
   */
  public static Answer oldHello(int port, int version) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(address(port), CONNECT_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS);
      try {
        socket.getOutputStream().write(clientHello(version));
        byte[] answer = socket.getInputStream().readNBytes(RECORD_HEADER_BYTES + 1);
        boolean hello = answer.length > RECORD_HEADER_BYTES && answer[0] == HANDSHAKE;
        return hello && answer[RECORD_HEADER_BYTES] == SERVER_HELLO
            ? Answer.LET_IN
            : Answer.REFUSED;
      } catch (SocketTimeoutException e) {
        return Answer.LET_IN;
      } catch (IOException e) {
        return Answer.REFUSED;
      }
    }
  }

  /** Without the extension supported_versions, so that {@code version} is the highest offered. */
  private static byte[] clientHello(int version) {
    byte[] suites = HexFormat.of().parseHex("c02bc02fc009c013c00ac014009c002f0035000a");
    byte[] extensions =
        HexFormat.of()
            .parseHex(
                // supported_groups, ec_point_formats, signature_algorithms
                "000a00080006001700180019" + "000b00020100" + "000d000a00080403040108040201");
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    ByteBuffer hello = ByteBuffer.allocate(512);
    hello.position(RECORD_HEADER_BYTES + 4);
    hello.putShort((short) version).put(random).put((byte) 0);
    hello.putShort((short) suites.length).put(suites).put((byte) 1).put((byte) 0);
    hello.putShort((short) extensions.length).put(extensions);
    int end = hello.position();
    hello.put(0, HANDSHAKE).putShort(1, (short) 0x0301);
    hello.putShort(3, (short) (end - RECORD_HEADER_BYTES));
    hello.putInt(RECORD_HEADER_BYTES, CLIENT_HELLO << 24 | (end - RECORD_HEADER_BYTES - 4));
    return Arrays.copyOf(hello.array(), end);
  }

  private static Answer read(InputStream in) throws IOException {
    return in.read() < 0 ? Answer.REFUSED : Answer.LET_IN;
  }

  private static InetSocketAddress address(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** What an attacker does. */
  static final class TrustAll implements X509TrustManager {
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
