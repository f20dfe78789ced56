package io.rekindle.node.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A port to listen on that nobody has right now. Not the one that the kernel would choose: that
 * range is for outgoing connections, too, of which one may take it before it is listened on. Nor
 * one that this process was given before: whoever has it may not listen yet, or not again yet.
 * Thread-safe.
 */
public final class FreePort {
  private static final int FROM = 20_000;
  private static final int TO = 30_000;
  private static final int TRIES_MAX = 1_000;

  // Processes begin at different places.
  private static final AtomicInteger NEXT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(FROM, TO));

  private FreePort() {}

  /**
   * One of 20,000 to 29,999; none twice before all of them.
   *
   * @throws IllegalStateException when none of very many is free, or the host is not this one
   */
  public static int on(String host) {
    IOException last = null;
    for (int i = 0; i < TRIES_MAX; i++) {
      int port = FROM + Math.floorMod(NEXT.getAndIncrement(), TO - FROM);
      try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getByName(host))) {
        return port;
      } catch (IOException e) {
        last = e;
      }
    }
    throw new IllegalStateException("no free port on " + host, last);
  }

  /** So many different ones. */
  public static List<Integer> several(String host, int count) {
    return Stream.generate(() -> on(host)).distinct().limit(count).toList();
  }
}
