package io.rekindle.chaos.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Where a node listens, for all its life.
 *
 * @param host an address of this machine
 */
record NodePorts(String host, int door, int discovery, int communication) {
  /** Below the ports that the kernel gives to outgoing connections. */
  private static final int FROM = 20_000;

  private static final int TO = 30_000;
  private static final int TRIES_MAX = 1_000;

  static NodePorts free(String host) {
    return new NodePorts(host, port(host), port(host), port(host));
  }

  /** In a network namespace of its own a node is alone: nobody has taken a port of that address. */
  private static boolean isHere(String host) {
    try {
      return NetworkInterface.getByInetAddress(InetAddress.getByName(host)) != null;
    } catch (IOException e) {
      return false;
    }
  }

  private static int port(String host) {
    for (int i = 0; i < TRIES_MAX; i++) {
      int port = ThreadLocalRandom.current().nextInt(FROM, TO);
      if (!isHere(host)) {
        return port;
      }
      try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getByName(host))) {
        return port;
      } catch (IOException e) {
        // Taken: another one.
      }
    }
    throw new IllegalStateException("no free port");
  }
}
