package io.rekindle.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
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

  /** A node that missed that the cluster key was replaced opens nothing that is new. */
  @Test
  void aNodeThatLacksTheClusterKeyInUseIsNotLetIn() {
    String[] inUse = {"one"};
    NodeTraits there = new NodeTraits(Map.of(), Set.of("one", "two"), () -> inUse[0]);
    NodeTraits same = told(Set.of("one"));
    NodeTraits holding = told(Set.of("one", "two"));
    assertThat(there.differenceTo(same)).isEmpty();
    assertThat(there.differenceTo(holding)).isEmpty();
    inUse[0] = "two";
    assertThat(there.differenceTo(same)).get().asString().contains("earlier one");
    assertThat(there.differenceTo(holding)).isEmpty();
    // Of an earlier release, where keys were not replaced.
    assertThat(there.differenceTo(NodeTraits.of(Map.of()))).isEmpty();
  }

  private static NodeTraits told(Set<String> held) {
    return NodeTraits.of(new NodeTraits(Map.of(), held, () -> "").attributes());
  }

  private static NodeTraits traits(Map<String, String> values) {
    return new NodeTraits(values);
  }
}
