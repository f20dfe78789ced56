package io.rekindle.node.kms.gcp;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.rekindle.node.kms.contract.TestTls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * Something that answers for Google over HTTP/2 and TLS 1.3, and that a server of grpc-java could
 * not be made to say.
 */
final class LyingServer implements AutoCloseable {
  private static final ResponseHeaders GRPC =
      ResponseHeaders.of(HttpStatus.OK, "content-type", "application/grpc");

  private final Server server;
  private final AtomicInteger requests = new AtomicInteger();

  private LyingServer(TestTls tls, HttpService service) {
    server =
        Server.builder()
            .https(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .tls(
                TlsKeyPair.of(
                    tls.authority().resolveSibling("server.key").toFile(),
                    tls.authority().resolveSibling("server.crt").toFile()))
            .serviceUnder("/", service)
            .decorator(
                (delegate, context, request) -> {
                  requests.incrementAndGet();
                  return delegate.serve(context, request);
                })
            .requestTimeoutMillis(0)
            .build();
    server.start().join();
  }

  /** Answers by a page, as a proxy does; the status may change. */
  static LyingServer page(TestTls tls, IntSupplier status) {
    return new LyingServer(
        tls,
        (context, request) ->
            HttpResponse.of(
                HttpStatus.valueOf(status.getAsInt()), MediaType.HTML_UTF_8, "<html>nginx</html>"));
  }

  /** Sends everybody elsewhere. */
  static LyingServer redirect(TestTls tls, String address) {
    return new LyingServer(
        tls,
        (context, request) ->
            HttpResponse.of(
                ResponseHeaders.of(
                    HttpStatus.TEMPORARY_REDIRECT, "location", address + request.path())));
  }

  /** Answers by a message of this length, without a status. */
  static LyingServer message(TestTls tls, int bytes) {
    return new LyingServer(
        tls,
        (context, request) ->
            HttpResponse.of(GRPC, HttpData.wrap(prefix(bytes)), HttpData.wrap(new byte[bytes])));
  }

  /** Begins a message, and sends it byte by byte. */
  static LyingServer drip(TestTls tls) {
    return new LyingServer(tls, (context, request) -> drip(context));
  }

  private static HttpResponse drip(ServiceRequestContext context) {
    HttpResponseWriter answer = HttpResponse.streaming();
    answer.write(GRPC);
    answer.write(HttpData.wrap(prefix(1 << 16)));
    var drops =
        context
            .eventLoop()
            .scheduleAtFixedRate(
                () -> {
                  var _ = answer.tryWrite(HttpData.wrap(new byte[1]));
                },
                0,
                20,
                TimeUnit.MILLISECONDS);
    var _ = answer.whenComplete().whenComplete((none, fault) -> drops.cancel(false));
    return answer;
  }

  private static byte[] prefix(int bytes) {
    return ByteBuffer.allocate(5).put((byte) 0).putInt(bytes).array();
  }

  String endpoint() {
    return "localhost:" + server.activeLocalPort();
  }

  int requests() {
    return requests.get();
  }

  @Override
  public void close() {
    var _ = server.closeAsync(); // It takes its time.
  }
}
