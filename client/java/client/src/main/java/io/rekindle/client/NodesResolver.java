package io.rekindle.client;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.Status;
import io.grpc.StatusOr;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a cluster as one target: {@code host:port,host:port}. Each name is resolved to all
 * its addresses, anew whenever a connection breaks, and each node is verified by the name that it
 * was called by. A name that is not known leaves the others.
 */
final class NodesResolver extends NameResolver {
  static final String SCHEME = "rekindle";
  private static final int PORT = 8443;
  private static final int PORT_MAX = 65_535;

  private final List<InetSocketAddress> nodes;
  private @Nullable Listener2 listener;

  private NodesResolver(List<InetSocketAddress> nodes) {
    this.nodes = nodes;
  }

  /** The target of a channel to these nodes. */
  static String target(String commaSeparated) {
    try {
      // Escapes what no path may have, as blanks and the brackets of IPv6.
      return new URI(SCHEME, "", "/" + commaSeparated, null, null).toString();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("\"" + commaSeparated + "\" is not host:port", e);
    }
  }

  /**
   * Reads {@code host:port,host:port}.
   *
   * @throws IllegalArgumentException naming what is not
   */
  static List<InetSocketAddress> parse(String commaSeparated) {
    List<InetSocketAddress> nodes = new ArrayList<>();
    for (String node : commaSeparated.split(",", -1)) {
      nodes.add(parseNode(node.strip()));
    }
    return nodes;
  }

  private static InetSocketAddress parseNode(String node) {
    try {
      URI uri = new URI("//" + node);
      int port = uri.getPort() == -1 ? PORT : uri.getPort();
      boolean bare = uri.getUserInfo() == null && uri.toString().equals("//" + uri.getAuthority());
      if (uri.getHost() != null && bare && port >= 1 && port <= PORT_MAX) {
        return InetSocketAddress.createUnresolved(uri.getHost(), port);
      }
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("\"" + node + "\" is not host:port", e);
    }
    throw new IllegalArgumentException("\"" + node + "\" is not host:port");
  }

  @Override
  public String getServiceAuthority() {
    return nodes.get(0).getHostString();
  }

  @Override
  public void start(Listener2 listener) {
    this.listener = listener;
    resolve();
  }

  @Override
  public void refresh() {
    resolve();
  }

  /** On a thread of its own: the channel's may not wait for a name server. */
  private void resolve() {
    Listener2 told = Objects.requireNonNull(listener, "started first");
    Thread thread = new Thread(() -> resolve(told), "rekindle-names");
    thread.setDaemon(true);
    thread.start();
  }

  private void resolve(Listener2 told) {
    List<EquivalentAddressGroup> found = new ArrayList<>();
    UnknownHostException unknown = new UnknownHostException();
    for (InetSocketAddress node : nodes) {
      try {
        for (InetAddress address : InetAddress.getAllByName(node.getHostString())) {
          found.add(
              new EquivalentAddressGroup(
                  new InetSocketAddress(address, node.getPort()),
                  Attributes.newBuilder()
                      .set(EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE, authority(node))
                      .build()));
        }
      } catch (UnknownHostException e) {
        unknown.addSuppressed(e);
      }
    }
    if (found.isEmpty()) {
      told.onError(
          Status.UNAVAILABLE.withDescription("no node's name is known").withCause(unknown));
    } else {
      told.onResult(
          ResolutionResult.newBuilder().setAddressesOrError(StatusOr.fromValue(found)).build());
    }
  }

  private static String authority(InetSocketAddress node) {
    return node.getHostString() + ":" + node.getPort();
  }

  @Override
  public void shutdown() {}

  /** Makes resolvers for targets of {@link #SCHEME}. */
  static final class Provider extends NameResolverProvider {
    @Override
    public NameResolver newNameResolver(URI target, Args args) {
      return new NodesResolver(parse(target.getPath().substring(1)));
    }

    @Override
    public String getDefaultScheme() {
      return SCHEME;
    }

    @Override
    protected boolean isAvailable() {
      return true;
    }

    /** Below DNS, which stays the default. */
    @Override
    protected int priority() {
      return 1;
    }
  }
}
