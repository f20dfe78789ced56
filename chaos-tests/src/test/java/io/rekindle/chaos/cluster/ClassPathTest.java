package io.rekindle.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes are processes: nothing of them can be reached as a class. */
class ClassPathTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "org.apache.ignite.Ignite",
        "io.rekindle.node.bootstrap.NodeMain",
        "io.rekindle.cli.RekindleCommand"
      })
  void nothingOfTheServerIsOnTheClassPath(String name) {
    assertThatExceptionOfType(ClassNotFoundException.class).isThrownBy(() -> Class.forName(name));
  }
}
