package io.rekindle.node.endpoint.grpc;

import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.common.util.EventLoopGroups;
import com.linecorp.armeria.common.util.Exceptions;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerPort;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.GrpcService;
import com.linecorp.armeria.server.grpc.GrpcServiceBuilder;
import io.netty.channel.EventLoopGroup;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.gate.RefusalSink;
import io.rekindle.node.gate.RequestHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * The one TLS 1.3 port: gRPC and gRPC-Web of {@code rekindle.v1}, {@code /healthz}, {@code /readyz}
 * and {@code /metrics}. Opens at start, before the engine; what can be answered then is the
 * handler's business.
 *
 * <p>Thread-safe.
 */
public final class GrpcDoor implements AutoCloseable {
  /** Room for frames, headers of messages and compression that makes things larger. */
  private static final long FRAMING_BYTES = 64 * 1024;

  private static final Duration STOP_QUIET = Duration.ofMillis(50);
  private static final Duration STOP_MAX = Duration.ofSeconds(10);
  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final Duration IDLE_MAX = Duration.ofMinutes(10);

  private final Server server;
  private final EventLoopGroup acceptor;
  private final ThreadPoolExecutor handlers;
  private final RequestRoom room;

  private GrpcDoor(
      Server server, EventLoopGroup acceptor, ThreadPoolExecutor handlers, RequestRoom room) {
    this.server = server;
    this.acceptor = acceptor;
    this.handlers = handlers;
    this.room = room;
  }

  /**
   * What the door needs from the node.
   *
   * @param certificate PEM, with its chain
   * @param warming names what still warms; empty when the node is ready
   * @param metrics the meters in Prometheus' text format; asked only for callers who may monitor
   */
  public record Wiring(
      Path certificate,
      Path key,
      RequestHandler handler,
      RefusalSink refusals,
      Supplier<List<String>> warming,
      Supplier<String> metrics,
      InstantSource clock) {}

  /**
   * Listens; returns when the port is open.
   *
   * @throws StartRefusedException when the address can't be listened on
   */
  public static GrpcDoor open(NodeConfig.Door config, Wiring wiring) {
    ThreadPoolExecutor handlers = handlers(config);
    Connections connections = new Connections(config.connectionsMax(), wiring.refusals());
    DoorRefusals refusals =
        new DoorRefusals(
            wiring.refusals(), handlers, config.requestBytesMax().bytes(), connections);
    CallContext context =
        new CallContext(
            refusals.accounting(wiring.handler()),
            _ -> refusals.arrival(ServiceRequestContext.current()),
            wiring.clock(),
            config.deadlineDefault(),
            config.deadlineMax());
    AnswerTimeout answers = new AnswerTimeout(config.deadlineMax().plus(config.deadlineDefault()));
    RequestRoom room = new RequestRoom(config.requestsBytesMax().bytes());
    HttpPages pages = new HttpPages(context, refusals::arrival, wiring.warming(), wiring.metrics());
    EventLoopGroup acceptor = EventLoopGroups.newEventLoopGroup(1, "rekindle-acceptor", true);
    Server server =
        Server.builder()
            .https(new InetSocketAddress(config.host(), config.port()))
            .tls(TlsKeyPair.of(wiring.key().toFile(), wiring.certificate().toFile()))
            .tlsCustomizer(tls -> tls.protocols("TLSv1.3"))
            .bossGroupFactory(_ -> acceptor)
            .childChannelPipelineCustomizer(connections::accept)
            .maxRequestLength(config.requestBytesMax().bytes() + FRAMING_BYTES)
            // Until a request has arrived whole; from then on AnswerTimeout counts.
            .requestTimeout(config.deadlineDefault())
            .idleTimeout(IDLE_MAX)
            .http2MaxStreamsPerConnection(Connections.UNANSWERED_MAX)
            .gracefulShutdownTimeout(STOP_QUIET, STOP_MAX)
            .disableServerHeader()
            .disableDateHeader()
            .service(service(config, context, refusals, answers), room::guarding)
            .service("/healthz", refusals.exempt(pages.health()))
            .service("/readyz", refusals.exempt(pages.readiness()))
            .service("/metrics", room.guarding(pages.metrics()))
            .decorator(Connections.bounding(refusals))
            .decorator(answers)
            .errorHandler(refusals.protocolViolations())
            .build();
    try {
      server.start().join();
    } catch (CompletionException e) {
      var _ = acceptor.shutdownGracefully();
      handlers.shutdown();
      if (Exceptions.peel(e) instanceof IOException) {
        throw new StartRefusedException(
            "The door can't listen on " + config.host() + " port " + config.port() + ".", e);
      }
      throw e;
    }
    return new GrpcDoor(server, acceptor, handlers, room);
  }

  /** The port that it listens on. */
  public int port() {
    ServerPort port = server.activePort();
    if (port == null) {
      throw new IllegalStateException("the door is closed");
    }
    return port.localAddress().getPort();
  }

  /** What all requests hold of their room now, in bytes. */
  long requestBytes() {
    return room.taken();
  }

  /** Takes no more requests, waits at most ten seconds for those under way, and closes. */
  @Override
  public void close() {
    CompletableFuture<Void> stopped = server.stop();
    // The last step, and two seconds long, is to end the acceptor: nothing is under way by then.
    boolean interrupted = Thread.interrupted();
    while (!stopped.isDone() && !acceptor.isShuttingDown()) {
      LockSupport.parkNanos(STEP_NANOS);
      interrupted |= Thread.interrupted();
    }
    handlers.shutdown();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static GrpcService service(
      NodeConfig.Door config, CallContext context, DoorRefusals refusals, AnswerTimeout answers) {
    GrpcServiceBuilder grpc =
        GrpcService.builder()
            .supportedSerializationFormats(
                GrpcSerializationFormats.PROTO,
                GrpcSerializationFormats.PROTO_WEB,
                GrpcSerializationFormats.PROTO_WEB_TEXT)
            .maxRequestMessageLength(Math.toIntExact(config.requestBytesMax().bytes()))
            .useClientTimeoutHeader(false)
            .exceptionHandler(refusals::describe)
            .intercept(answers);
    GrpcEndpoints.of(context).forEach(grpc::addService);
    return grpc.build();
  }

  private static ThreadPoolExecutor handlers(NodeConfig.Door config) {
    ThreadPoolExecutor handlers =
        new ThreadPoolExecutor(
            config.handlerThreads(),
            config.handlerThreads(),
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(config.handlerQueueMax()),
            Thread.ofPlatform().name("rekindle-handler-", 0).factory());
    handlers.allowCoreThreadTimeOut(true);
    return handlers;
  }
}
