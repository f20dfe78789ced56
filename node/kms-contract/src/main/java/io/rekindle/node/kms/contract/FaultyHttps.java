package io.rekindle.node.kms.contract;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * What servers of keys over HTTPS have in common: a free port of loopback, one version of TLS, and
 * the faults that are no vendor's. Safe for use by many threads.
 */
public abstract class FaultyHttps implements KeyServer {
  private static final int OK = 200;

  private final HttpsServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Queue<String> arrived = new ConcurrentLinkedQueue<>();
  private final AtomicInteger throttled = new AtomicInteger();
  private final AtomicInteger failing = new AtomicInteger();
  private final AtomicInteger garbled = new AtomicInteger();
  private volatile Duration delay = Duration.ZERO;
  private volatile boolean dripping;
  private volatile int proxyStatus;

  /**
   * It listens when {@link #listen} was called.
   *
   * @param protocol the one version of TLS that it speaks, as {@code TLSv1.3}
   */
  protected FaultyHttps(SSLContext tls, String protocol) {
    try {
      server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setHttpsConfigurator(
        new HttpsConfigurator(tls) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters own = tls.getDefaultSSLParameters();
            own.setProtocols(new String[] {protocol});
            parameters.setSSLParameters(own);
          }
        });
  }

  /** To be called when the server is whole. */
  protected final void listen() {
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  /** Without a slash at its end. */
  public final String address() {
    return "https://localhost:" + server.getAddress().getPort();
  }

  /** Answers a request that no fault befell. */
  protected abstract void answer(HttpExchange exchange, byte[] body) throws IOException;

  /** Answers, in the vendor's words, that it is asked too often. */
  protected abstract void answerThrottled(HttpExchange exchange) throws IOException;

  /** Answers, in the vendor's words, that it has a fault of its own. */
  protected abstract void answerFailing(HttpExchange exchange) throws IOException;

  /** Has something before the server answer, with a page of its own; 0 for nothing. */
  public final void answerByProxy(int status) {
    proxyStatus = status;
  }

  private void handle(HttpExchange exchange) throws IOException {
    arrived.add(exchange.getRequestURI().getPath());
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      Thread.sleep(delay);
      if (dripping) {
        drip(exchange);
      } else if (takes(throttled)) {
        answerThrottled(exchange);
      } else if (takes(failing)) {
        answerFailing(exchange);
      } else if (takes(garbled)) {
        send(exchange, OK, "text/html", "<html>it works</html>");
      } else if (proxyStatus != 0) {
        send(exchange, proxyStatus, "text/html", "<html>nginx</html>");
      } else {
        answer(exchange, body);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // It is closed.
    }
  }

  private static boolean takes(AtomicInteger count) {
    return count.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
  }

  /** Answers with a text. */
  protected static void send(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  private void drip(HttpExchange exchange) throws IOException, InterruptedException {
    exchange.sendResponseHeaders(OK, 0);
    try (OutputStream body = exchange.getResponseBody()) {
      while (dripping) {
        body.write(' ');
        body.flush();
        Thread.sleep(50);
      }
    }
  }

  @Override
  public final int requests() {
    return arrived.size();
  }

  /** The paths of all requests so far, those that a fault befell, too. */
  public final List<String> arrivals() {
    return List.copyOf(arrived);
  }

  @Override
  public final void delay(Duration delay) {
    this.delay = delay;
  }

  @Override
  public final void throttle(int requests) {
    throttled.set(requests);
  }

  @Override
  public final void fail(int requests) {
    failing.set(requests);
  }

  @Override
  public final void garble(int requests) {
    garbled.set(requests);
  }

  @Override
  public final void setDripping(boolean dripping) {
    this.dripping = dripping;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
