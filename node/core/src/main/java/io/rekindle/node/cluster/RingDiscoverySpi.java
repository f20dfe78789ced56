package io.rekindle.node.cluster;

import java.util.Set;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;

/**
 * Ignite's discovery, which waits at its stop until the ring has seen this node leave, five seconds
 * at most. One that was not let in is in none, and would wait for nobody, twice.
 */
final class RingDiscoverySpi extends TcpDiscoverySpi {
  /** States of a node that a ring may know. */
  private static final Set<String> IN_A_RING = Set.of("CONNECTING", "CONNECTED", "STOPPING");

  @Override
  public void spiStop() {
    if (impl != null && !IN_A_RING.contains(getSpiState())) {
      netTimeout = 1;
    }
    super.spiStop();
  }
}
