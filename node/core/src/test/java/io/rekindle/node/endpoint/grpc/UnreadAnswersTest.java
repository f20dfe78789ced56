package io.rekindle.node.endpoint.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.model.Reply;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One connection can't make the door work, or remember, for answers that it does not take. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UnreadAnswersTest {
  /** What the operating system holds of either direction, and more. */
  private static final long BUFFERS = 24 << 20;

  private static final int CHUNK = 64 * 1024;
  private static final String REFUSED = "127.0.0.1 TOO_MANY_UNANSWERED";

  private final AtomicInteger served = new AtomicInteger();
  private SocketDoor door;

  @BeforeAll
  void open(@TempDir Path folder) {
    door =
        new SocketDoor(
            folder,
            Map.of("rekindle.door.handler-threads", "1"),
            _ -> new Reply.Got(Samples.memory()),
            () -> {
              served.incrementAndGet();
              return List.of();
            });
  }

  @BeforeEach
  void forget() {
    served.set(0);
    door.refusals.clear();
  }

  @AfterAll
  void close() {
    door.close();
  }

  /**
   * Asks on and on, and reads nothing, until the connection is dropped or takes no more.
   *
   * @return the bytes that it took
   */
  private static long flood(SSLSocket socket, String request) throws InterruptedException {
    byte[] many = request.repeat(CHUNK / request.length()).getBytes(StandardCharsets.US_ASCII);
    AtomicLong taken = new AtomicLong();
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    while (taken.get() < 2 * BUFFERS) {
                      socket.getOutputStream().write(many);
                      taken.addAndGet(many.length);
                    }
                  } catch (IOException e) {
                    // It was dropped, or its test is over.
                  }
                });
    long before;
    do {
      before = taken.get();
    } while (!writer.join(Duration.ofSeconds(2)) && taken.get() > before);
    return taken.get();
  }

  private static String asking(String what) {
    return what + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }

  /** By a page, a path that there is none of, and what the protocol answers before any service. */
  @ParameterizedTest
  @ValueSource(strings = {"GET /readyz", "GET /nothing", "OPTIONS *"})
  void noMoreIsReadThanFitsTheBuffersOfTheSystem(String what) throws Exception {
    try (SSLSocket socket = door.unread()) {
      assertThat(flood(socket, asking(what))).isLessThan(BUFFERS);
      assertThat(door.get("/readyz").statusCode()).as("others are served").isEqualTo(200);
    }
  }

  @Test
  void aConnectionThatAsksTooMuchIsDroppedAsOneRefusal() throws Exception {
    try (SSLSocket socket = door.unread()) {
      socket
          .getOutputStream()
          .write(asking("GET /readyz").repeat(1_000).getBytes(StandardCharsets.US_ASCII));
      socket.setSoTimeout(10_000);
      assertThatThrownBy(() -> socket.getInputStream().transferTo(OutputStream.nullOutputStream()))
          .isInstanceOf(SocketException.class);
    }
    assertThat(served).hasValueLessThanOrEqualTo(2 * Connections.UNANSWERED_MAX);
    assertThat(door.refusals).containsOnlyOnce(REFUSED);
  }

  @Test
  void whoReadsMayPipelineAsMuchAsTheyLike() throws Exception {
    int requests = 20 * Connections.UNANSWERED_MAX;
    String last = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    try (SSLSocket socket =
        (SSLSocket) door.tls.getSocketFactory().createSocket("localhost", door.port())) {
      socket.setSoTimeout(10_000);
      byte[] some = asking("GET /readyz").repeat(100).getBytes(StandardCharsets.US_ASCII);
      InputStream answers = socket.getInputStream();
      byte[] end = "\"warming\":[]}".getBytes(StandardCharsets.US_ASCII);
      for (int i = 0; i < requests / 100; i++) {
        socket.getOutputStream().write(some);
        for (int k = 0; k < 100; k++) {
          readThrough(answers, end);
        }
      }
      socket.getOutputStream().write(last.getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(answers.readAllBytes(), StandardCharsets.US_ASCII)).contains("ok");
    }
    assertThat(served).hasValue(requests / 100 * 100);
    assertThat(door.refusals).doesNotContain(REFUSED);
  }

  private static void readThrough(InputStream in, byte[] end) throws IOException {
    int matched = 0;
    while (matched < end.length) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException();
      }
      matched = next == end[matched] ? matched + 1 : next == end[0] ? 1 : 0;
    }
  }
}
