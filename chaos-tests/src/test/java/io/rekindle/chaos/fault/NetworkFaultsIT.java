package io.rekindle.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.rekindle.chaos.cluster.Distribution;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Cuts and slowness between two processes that talk by datagrams: what is lost is silence. */
@Timeout(120) // So that what waits for ever ends the build.
class NetworkFaultsIT {
  private static final String PORT = "9999";

  @Test
  void aCutOneWayLetsTheOtherWayThroughAndHealingOpensBoth() throws Exception {
    skipWithoutMeans();
    try (NetworkFaults network = NetworkFaults.open(2)) {
      Process first = listen(network, 0);
      Process second = listen(network, 1);
      try (BufferedReader atFirst = first.inputReader();
          BufferedReader atSecond = second.inputReader()) {
        assertThat(atFirst.readLine()).isEqualTo("listening");
        assertThat(atSecond.readLine()).isEqualTo("listening");

        say(network, 0, 1, "before");
        assertThat(atSecond.readLine()).isEqualTo("before");
        network.cutOneWay(0, 1);
        say(network, 0, 1, "cut");
        say(network, 1, 0, "back");
        assertThat(atFirst.readLine()).isEqualTo("back");
        network.heal(0, 1);
        say(network, 0, 1, "healed");
        assertThat(atSecond.readLine()).as("what was said meanwhile is lost").isEqualTo("healed");

        network.cut(0, 1);
        say(network, 0, 1, "cut");
        say(network, 1, 0, "cut");
        network.heal(0, 1);
        say(network, 0, 1, "there");
        say(network, 1, 0, "and back");
        assertThat(atSecond.readLine()).isEqualTo("there");
        assertThat(atFirst.readLine()).isEqualTo("and back");
      } finally {
        first.destroyForcibly().waitFor();
        second.destroyForcibly().waitFor();
      }
    }
  }

  @Test
  void aSlowNetworkLosesWhatWaitsTooLongUntilItIsFastAgain() throws Exception {
    skipWithoutMeans();
    try (NetworkFaults network = NetworkFaults.open(2)) {
      Process second = listen(network, 1);
      try (BufferedReader atSecond = second.inputReader()) {
        assertThat(atSecond.readLine()).isEqualTo("listening");
        // A busy receiver loses some itself.
        assertThat(arrived(network, atSecond)).as("of 200, at full speed").isGreaterThan(150);
        network.slow(0, 20, Duration.ofMillis(100));
        assertThat(arrived(network, atSecond)).as("of 200, at 20 kbit/s").isBetween(1, 120);
        network.unslow(0);
        assertThat(arrived(network, atSecond)).as("of 200, afterwards").isGreaterThan(150);
      } finally {
        second.destroyForcibly().waitFor();
      }
    }
  }

  @Test
  void aNetworkIsAwayAtOnceWhenItWasClosedSoThatTheNextOneCanBeMade() {
    skipWithoutMeans();
    for (int i = 0; i < 20; i++) {
      try (NetworkFaults network = NetworkFaults.open(1)) {
        List<String> command = new ArrayList<>(network.wrap(0));
        command.add("true");
        assertThat(Distribution.run(command).code()).as("network %d", i).isZero();
      }
    }
  }

  /** How many of 200 words of 500 bytes come through, said as fast as a shell can. */
  private static int arrived(NetworkFaults network, BufferedReader ears) throws Exception {
    List<String> command = new ArrayList<>(network.wrap(0));
    String address = "/dev/udp/" + network.host(1) + "/" + PORT;
    command.addAll(
        List.of(
            "bash", "-c", "for i in {1..200}; do printf '%0500d\\n' $i > " + address + "; done"));
    assertThat(Distribution.run(command).code()).isZero();
    Thread.sleep(Duration.ofSeconds(1)); // Longer than anything waits.
    say(network, 0, 1, "end");
    int words = 0;
    while (!ears.readLine().equals("end")) {
      words++;
    }
    return words;
  }

  private static void skipWithoutMeans() {
    NetworkFaults.Support support = NetworkFaults.support();
    if (!support.supported()) {
      System.out.println("skipped: " + support.reason());
      abort(support.reason());
    }
  }

  private static Process listen(NetworkFaults network, int node) throws Exception {
    List<String> command = new ArrayList<>(network.wrap(node));
    Path classes =
        Path.of(DatagramEars.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            classes.toString(),
            DatagramEars.class.getName(),
            network.host(node),
            PORT));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static void say(NetworkFaults network, int from, int to, String word) {
    List<String> command = new ArrayList<>(network.wrap(from));
    String address = "/dev/udp/" + network.host(to) + "/" + PORT;
    command.addAll(List.of("bash", "-c", "echo " + word + " > " + address));
    assertThat(Distribution.run(command).code()).isZero();
  }
}
