package io.rekindle.node.endpoint.grpc;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.logging.RequestLogProperty;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.FastThreadLocal;
import io.rekindle.node.gate.Refusal;
import io.rekindle.node.gate.RefusalSink;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The door's connections: bounds them and what each of them may ask for before it reads its
 * answers, and knows whose bytes a thread is reading. (Armeria's own bound of connections tells
 * nobody of what it drops; of requests it has one for HTTP/2 only.) Thread-safe.
 */
final class Connections {
  /** Of a connection: HTTP/2 streams, or HTTP/1.1 requests whose answers have not left yet. */
  static final int UNANSWERED_MAX = 256;

  /** Bytes that wait to leave; above the second, nothing more is read until below the first. */
  private static final WriteBufferWaterMark WAITING =
      new WriteBufferWaterMark(64 * 1024, 256 * 1024);

  private static final String UNKNOWN = "unknown";

  private static final AttributeKey<Connection> CONNECTION =
      AttributeKey.valueOf(Connections.class, "CONNECTION");

  private final int openMax;
  private final RefusalSink sink;
  private final AtomicInteger open = new AtomicInteger();
  private final FastThreadLocal<String> reading = new FastThreadLocal<>();

  Connections(int openMax, RefusalSink sink) {
    this.openMax = openMax;
    this.sink = sink;
  }

  /** Takes a new connection, or closes it at once. */
  void accept(ChannelPipeline pipeline) {
    Channel channel = pipeline.channel();
    channel.closeFuture().addListener(_ -> open.decrementAndGet());
    if (open.incrementAndGet() > openMax) {
      willReset(channel);
      var _ = channel.close();
      sink.refused(address(channel), Refusal.TOO_MANY_CONNECTIONS);
    } else {
      Connection connection = new Connection(channel);
      channel.attr(CONNECTION).set(connection);
      channel.config().setWriteBufferWaterMark(WAITING); // Armeria sets none.
      pipeline.addFirst(connection);
    }
  }

  /** The connection by which a request came in. */
  static Connection of(ServiceRequestContext context) {
    Channel channel = context.log().ensureAvailable(RequestLogProperty.SESSION).channel();
    Connection connection = channel == null ? null : channel.attr(CONNECTION).get();
    if (connection == null) {
      throw new IllegalStateException("a request without a connection of this door");
    }
    return connection;
  }

  /**
   * Serves what its connection may ask, and drops an HTTP/1.1 connection that asks too much. (Of
   * HTTP/2 the protocol's own bound is enough, and the client knows it.)
   */
  static DecoratingHttpServiceFunction bounding(DecoratingHttpServiceFunction next) {
    return (service, context, request) -> {
      if (!context.sessionProtocol().isMultiplex()) {
        Connection connection = of(context);
        var _ = context.log().whenComplete().thenRun(connection::answered);
        if (!connection.asked()) {
          return HttpResponse.of(HttpStatus.TOO_MANY_REQUESTS); // It is not to arrive.
        }
      }
      return next.serve(service, context, request);
    };
  }

  /** The address whose bytes this thread is reading. */
  String beingRead() {
    String address = reading.get();
    return address == null ? UNKNOWN : address;
  }

  /** Its close won't wait for a peer that may never read, or close. */
  private static void willReset(Channel channel) {
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
  }

  private static String address(Channel channel) {
    SocketAddress remote = channel.remoteAddress();
    return remote instanceof InetSocketAddress socket && socket.getAddress() != null
        ? socket.getAddress().getHostAddress()
        : UNKNOWN;
  }

  /**
   * One of them. First in its pipeline, where the bytes of the socket pass, so that it closes
   * without the protocols above it, which wait for their peer. Thread-safe.
   */
  final class Connection extends ChannelInboundHandlerAdapter {
    private final Channel channel;
    private final AtomicInteger unanswered = new AtomicInteger();
    private final AtomicBoolean dropped = new AtomicBoolean();

    /** Only for the channel's own thread. */
    private boolean paused;

    private Connection(Channel channel) {
      this.channel = channel;
    }

    /**
     * Counts a request, which must be {@link #answered} in the end.
     *
     * @return false when there are too many, and the connection is dropped for it
     */
    private boolean asked() {
      if (unanswered.incrementAndGet() > UNANSWERED_MAX && dropped.compareAndSet(false, true)) {
        sink.refused(address(channel), Refusal.TOO_MANY_UNANSWERED);
        drop();
      }
      return !dropped.get();
    }

    /** The answer to a request has left, or nobody waits for it any more. */
    private void answered() {
      unanswered.decrementAndGet();
    }

    /** Resets the connection. What is under way of it is cancelled. */
    void drop() {
      dropped.set(true);
      willReset(channel);
      ChannelHandlerContext self = channel.pipeline().context(this);
      if (self != null) {
        var _ = self.close();
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
      asReader(() -> context.fireChannelRead(bytes));
      readOn();
    }

    /** What ends in the middle of a request is refused, too. */
    @Override
    public void channelInactive(ChannelHandlerContext context) {
      asReader(context::fireChannelInactive);
    }

    private void asReader(Runnable step) {
      reading.set(address(channel));
      try {
        step.run();
      } finally {
        reading.remove();
      }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      readOn();
      context.fireChannelWritabilityChanged();
    }

    /**
     * A peer that does not take what it has asked for is not asked what else it wants. Whoever else
     * stops the reading, for its own reasons, is left alone.
     */
    private void readOn() {
      ChannelConfig config = channel.config();
      if (!channel.isWritable() && config.isAutoRead()) {
        paused = true;
        config.setAutoRead(false);
      } else if (channel.isWritable() && paused) {
        paused = false;
        config.setAutoRead(true);
      }
    }
  }
}
