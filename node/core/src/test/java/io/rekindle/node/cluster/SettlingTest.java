package io.rekindle.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.ignite.spi.discovery.tcp.internal.TcpDiscoveryNode;
import org.junit.jupiter.api.Test;

class SettlingTest {
  @Test
  void aNodeIsNewForAsLongAsItSays() throws InterruptedException {
    assertThat(Settling.isOver(started(Duration.ofHours(1)))).isFalse();
    assertThat(Settling.isOver(started(Duration.ZERO))).isTrue();
    TcpDiscoveryNode soon = started(Duration.ofMillis(200));
    while (!Settling.isOver(soon)) {
      Thread.sleep(10);
    }
  }

  @Test
  void oneThatDoesNotSaySoIsNotNew() {
    assertThat(Settling.isOver(node(Map.of()))).isTrue();
  }

  @Test
  void whoStartsTogetherIsNotBeforeTheOther() {
    TcpDiscoveryNode first = started(Duration.ofMinutes(2));
    assertThat(Settling.isBefore(first, started(Duration.ofSeconds(125)))).isFalse();
    assertThat(Settling.isBefore(first, started(Duration.ofSeconds(140)))).isTrue();
    assertThat(Settling.isBefore(started(Duration.ofSeconds(140)), first)).isFalse();
    assertThat(Settling.isBefore(node(Map.of()), first)).isTrue();
  }

  private static TcpDiscoveryNode started(Duration settling) {
    Map<String, Object> attributes = new HashMap<>();
    Settling.tell(attributes, settling);
    return node(attributes);
  }

  private static TcpDiscoveryNode node(Map<String, Object> attributes) {
    TcpDiscoveryNode node = new TcpDiscoveryNode();
    node.setAttributes(attributes);
    return node;
  }
}
