package io.rekindle.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class NodeCommandsTest {
  @Test
  void saysAfterInitHowToGoOn() {
    assertThat(NodeCommands.made(Path.of("/srv/m")).lines())
        .containsExactly(
            "Made /srv/m: keys, certificates and node.properties.",
            "Start it:  ./rekindle node start --data-folder /srv/m",
            "The first API key is in /srv/m/admin.key then.");
  }
}
