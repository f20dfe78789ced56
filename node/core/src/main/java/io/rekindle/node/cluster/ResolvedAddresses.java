package io.rekindle.node.cluster;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  private static final int PORT_MAX = 65_535;
  private static final Pattern HOST_PORT =
      Pattern.compile("(?:(?<name>[^\\s:/\\[\\]]+)|\\[(?<v6>[\\w:.%]+)\\]):(?<port>[0-9]{1,5})");

  private final List<InetSocketAddress> unresolved;
  private final Names names;

  /** Gives all addresses of a name, as {@link InetAddress#getAllByName} does. */
  interface Names {
    InetAddress[] find(String host) throws UnknownHostException;
  }

  ResolvedAddresses(List<InetSocketAddress> unresolved) {
    this(unresolved, InetAddress::getAllByName);
  }

  ResolvedAddresses(List<InetSocketAddress> unresolved, Names names) {
    this.unresolved = List.copyOf(unresolved);
    this.names = names;
    // Ignite would write to a shared one what it finds.
    setShared(false);
  }

  /**
   * Reads {@code host:port} or {@code [v6 address]:port}.
   *
   * @throws IllegalArgumentException with what is wrong
   */
  static InetSocketAddress parse(String address) {
    Matcher parts = HOST_PORT.matcher(address);
    int port = parts.matches() ? Integer.parseInt(parts.group("port")) : 0;
    if (port < 1 || port > PORT_MAX) {
      throw new IllegalArgumentException(
          "rekindle.cluster.addresses: \"" + address + "\" is not host:port");
    }
    String host = parts.group("name") == null ? parts.group("v6") : parts.group("name");
    return InetSocketAddress.createUnresolved(host, port);
  }

  /** A name that is not known right now has no addresses right now. */
  @Override
  public Collection<InetSocketAddress> getRegisteredAddresses() {
    Set<InetSocketAddress> found = new LinkedHashSet<>();
    for (InetSocketAddress address : unresolved) {
      try {
        for (InetAddress host : names.find(address.getHostString())) {
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
