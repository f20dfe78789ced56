package io.rekindle.node.endpoint.grpc;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.util.concurrent.FastThreadLocal;
import io.rekindle.node.gate.Refusal;
import io.rekindle.node.gate.RefusalSink;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The door's connections: bounds them, and knows whose bytes a thread is reading. (Armeria's own
 * bound tells nobody of what it drops.) Thread-safe.
 */
@Sharable
final class Connections extends ChannelInboundHandlerAdapter {
  private static final String UNKNOWN = "unknown";

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
      // A reset: the port is not kept waiting for a peer that may never close.
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
      var _ = channel.close();
      sink.refused(address(channel.remoteAddress()), Refusal.TOO_MANY_CONNECTIONS);
    } else {
      pipeline.addFirst(this);
    }
  }

  /** The address whose bytes this thread is reading. */
  String beingRead() {
    String address = reading.get();
    return address == null ? UNKNOWN : address;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object bytes) {
    reading.set(address(context.channel().remoteAddress()));
    try {
      context.fireChannelRead(bytes);
    } finally {
      reading.remove();
    }
  }

  private static String address(SocketAddress remote) {
    return remote instanceof InetSocketAddress socket && socket.getAddress() != null
        ? socket.getAddress().getHostAddress()
        : UNKNOWN;
  }
}
