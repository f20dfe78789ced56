package io.rekindle.node.cluster;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.ignite.spi.discovery.tcp.ipfinder.TcpDiscoveryIpFinderAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where other nodes are looked for: {@code host:port}, each name resolved anew at every look and to
 * all its addresses, because a node that is replaced comes back under the same name with another
 * address, and a headless service of Kubernetes has one name for all its nodes. Immutable.
 */
final class ResolvedAddresses extends TcpDiscoveryIpFinderAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ResolvedAddresses.class);

  private final List<InetSocketAddress> unresolved;

  ResolvedAddresses(List<InetSocketAddress> unresolved) {
    this.unresolved = List.copyOf(unresolved);
    // Ignite would write to a shared one what it finds.
    setShared(false);
  }

  /**
   * Reads {@code host:port} or {@code [v6 address]:port}.
   *
   * @throws IllegalArgumentException with what is wrong
   */
  static InetSocketAddress parse(String address) {
    int colon = address.lastIndexOf(':');
    String host = colon < 1 ? "" : address.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      host = "";
    }
    try {
      int port = colon < 0 ? 0 : Integer.parseInt(address.substring(colon + 1));
      if (!host.isBlank() && port >= 1 && port <= 65_535) {
        return InetSocketAddress.createUnresolved(host, port);
      }
    } catch (NumberFormatException e) {
      throw malformed(address);
    }
    throw malformed(address);
  }

  private static IllegalArgumentException malformed(String address) {
    return new IllegalArgumentException(
        "rekindle.cluster.addresses: \"" + address + "\" is not host:port");
  }

  /** A name that is not known right now has no addresses right now. */
  @Override
  public Collection<InetSocketAddress> getRegisteredAddresses() {
    Set<InetSocketAddress> found = new LinkedHashSet<>();
    for (InetSocketAddress address : unresolved) {
      try {
        for (InetAddress host : InetAddress.getAllByName(address.getHostString())) {
          found.add(new InetSocketAddress(host, address.getPort()));
        }
      } catch (UnknownHostException e) {
        LOG.atDebug().addKeyValue("host", address.getHostString()).log("a name is not known yet");
      }
    }
    return found;
  }

  /** What Ignite finds out by itself is not kept: the configuration says who is looked for. */
  @Override
  public void registerAddresses(Collection<InetSocketAddress> addresses) {}

  @Override
  public void unregisterAddresses(Collection<InetSocketAddress> addresses) {}
}
