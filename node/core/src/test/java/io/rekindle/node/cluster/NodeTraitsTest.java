package io.rekindle.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeTraitsTest {
  private static final NodeTraits CLUSTER = traits(Map.of("b", "1", "c", "2", "only here", "3"));

  @Test
  void nodesWithTheSameTraitsDoNotDiffer() {
    assertThat(CLUSTER.differenceTo(CLUSTER)).isEmpty();
    assertThat(CLUSTER.differenceTo(traits(Map.of("c", "2", "b", "1")))).isEmpty();
  }

  @Test
  void theFirstDifferenceByNameIsToldAsTheJoiningNodeSeesIt() {
    assertThat(CLUSTER.differenceTo(traits(Map.of("c", "8", "b", "9"))))
        .contains("b is 9 here and 1 in the cluster");
    assertThat(CLUSTER.differenceTo(traits(Map.of("c", "8", "b", "1"))))
        .contains("c is 8 here and 2 in the cluster");
  }

  @Test
  void aTraitThatOneOfTheTwoDoesNotHaveIsNoDifference() {
    NodeTraits joining = traits(Map.of("a", "of a later release", "b", "1"));

    assertThat(CLUSTER.differenceTo(joining)).isEmpty();
    assertThat(joining.differenceTo(CLUSTER)).isEmpty();
    assertThat(CLUSTER.differenceTo(traits(Map.of()))).isEmpty();
  }

  @Test
  void traitsSurviveTheWayThroughTheAttributesOfANode() {
    Map<String, Object> attributes = new HashMap<>(CLUSTER.attributes());
    attributes.put("org.apache.ignite.build.ver", "2.17.0");
    attributes.put(ClusterStart.FOUNDER, true);

    NodeTraits told = NodeTraits.of(attributes);

    assertThat(told.attributes()).isEqualTo(CLUSTER.attributes()).hasSize(3);
    assertThat(NodeTraits.of(traits(Map.of("c", "8")).attributes()).differenceTo(told))
        .contains("c is 2 here and 8 in the cluster");
  }

  private static NodeTraits traits(Map<String, String> values) {
    return new NodeTraits(values);
  }
}
