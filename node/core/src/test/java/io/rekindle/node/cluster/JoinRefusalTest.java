package io.rekindle.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.apache.ignite.IgniteCheckedException;
import org.apache.ignite.IgniteException;
import org.apache.ignite.plugin.PluginValidationException;
import org.apache.ignite.spi.IgniteNodeValidationResult;
import org.apache.ignite.spi.IgniteSpiException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JoinRefusalTest {
  private static final String PREFIX = "The cluster did not let this node in: ";
  private static final String OURS = JoinRefusal.sentence("b is 9.1 here and 1.2 in the cluster");

  @Test
  void oursIsFoundBehindWhatTheEngineThrows() {
    Throwable fault = asThrown(asTold(OURS));

    assertThat(JoinRefusal.isBehind(fault)).isTrue();
    assertThat(JoinRefusal.of(fault))
        .hasMessage(PREFIX + "b is 9.1 here and 1.2 in the cluster.")
        .hasCause(fault);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%s",
        "class org.apache.ignite.spi.IgniteSpiException: %s",
        "Failed to join: %s [node=TcpDiscoveryNode [id=1, order=2.]]",
        "%s [a=1. [b=2]]",
        "%s\nSee the log. Then try again.",
        "Failed to start manager.\n%s\nSee the log."
      })
  void wordsOfTheEngineAroundOursAreLeftOut(String around) {
    assertThat(JoinRefusal.of(new IgniteException(around.formatted(OURS)))).hasMessage(OURS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Master key digest differs! Node join is rejected. | its cluster key is another one.",
        "BaselineTopology of joining node (n) is not compatible with BaselineTopology in the"
            + " cluster. Joining node BlT id (2) is greater than cluster BlT id (1)."
            + "| its data folder belongs to another cluster, or went on without this one.",
        "Failed to add node to topology because it has the same hash code for partitioned affinity"
            + " as one of existing nodes [cacheName=memory, existingNodeId=1]"
            + "| a node of the same id is running; a copied data folder needs a new node.id."
      })
  void whatTheEngineRefusesItselfIsSaidInOurWords(String theirs, String ours) {
    Throwable fault = asThrown(theirs);

    assertThat(JoinRefusal.isBehind(fault)).isTrue();
    assertThat(JoinRefusal.of(fault)).hasMessage(PREFIX + ours);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Failed to bind to any [host:port] from the range",
        "The cluster did not let this node in",
        "Master key digest is the same.",
        "versions are not compatible",
        ""
      })
  void nothingElseIsARefusal(String message) {
    assertThat(JoinRefusal.isBehind(asThrown(message))).isFalse();
    assertThat(JoinRefusal.isBehind(new IllegalStateException((String) null))).isFalse();
  }

  /** As the engine of the cluster tells a plugin's refusal to the node that joins. */
  private static String asTold(String sentence) {
    PluginValidationException thrown =
        new PluginValidationException(sentence, sentence, UUID.randomUUID());
    return new IgniteNodeValidationResult(
            thrown.nodeId(), thrown.getMessage(), thrown.remoteMessage())
        .sendMessage();
  }

  /** As the engine of the node that joins throws what it was told. */
  private static Throwable asThrown(String told) {
    return new IgniteException(
        "Failed to start manager: GridManagerAdapter [enabled=true]",
        new IgniteCheckedException(
            "Failed to start SPI: TcpDiscoverySpi [sslEnable=true.]",
            new IgniteSpiException(told)));
  }
}
