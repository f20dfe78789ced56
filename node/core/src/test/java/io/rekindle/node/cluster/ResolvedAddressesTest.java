package io.rekindle.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResolvedAddressesTest {
  private final Map<String, List<String>> known = new HashMap<>();

  @Test
  void readsANameAndAnAddressOfEitherVersionWithoutResolvingThem() {
    assertThat(ResolvedAddresses.parse("node-1.internal:47500"))
        .isEqualTo(InetSocketAddress.createUnresolved("node-1.internal", 47500));
    assertThat(ResolvedAddresses.parse("10.0.0.1:1"))
        .isEqualTo(InetSocketAddress.createUnresolved("10.0.0.1", 1));
    assertThat(ResolvedAddresses.parse("[fd00::1]:65535"))
        .isEqualTo(InetSocketAddress.createUnresolved("fd00::1", 65535));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "node",
        ":1",
        "node:",
        "node:x",
        "node:0",
        "node:-1",
        "node:65536",
        "node:47500x",
        "fd00::1:47500",
        "[fd00::1]",
        "[fd00::1:47500",
        "[]:1",
        " :1",
        "a:1:2",
        "http://a:1",
        "a b:1",
        "a:+1"
      })
  void refusesWhatIsNoAddressByTheNameOfItsKey(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ResolvedAddresses.parse(text))
        .withMessage("rekindle.cluster.addresses: \"" + text + "\" is not host:port");
  }

  @Test
  void aNameOfSeveralAddressesGivesAllOfThemEachOnce() {
    known.put("nodes", List.of("10.0.0.1", "10.0.0.2", "fd00::3"));
    known.put("node-2", List.of("10.0.0.2"));

    assertThat(finder("nodes:47500", "node-2:47500", "node-2:47501").getRegisteredAddresses())
        .containsExactly(
            new InetSocketAddress("10.0.0.1", 47500),
            new InetSocketAddress("10.0.0.2", 47500),
            new InetSocketAddress("fd00::3", 47500),
            new InetSocketAddress("10.0.0.2", 47501));
  }

  @Test
  void anUnknownNameGivesNoneAndLeavesTheOthers() {
    known.put("node-2", List.of("10.0.0.2"));

    assertThat(finder("node-1:47500").getRegisteredAddresses()).isEmpty();
    assertThat(finder("node-1:47500", "node-2:47500").getRegisteredAddresses())
        .containsExactly(new InetSocketAddress("10.0.0.2", 47500));
  }

  @Test
  void namesAreResolvedAnewAtEveryLook() {
    ResolvedAddresses finder = finder("node-1:47500");
    assertThat(finder.getRegisteredAddresses()).isEmpty();

    known.put("node-1", List.of("10.0.0.1"));
    assertThat(finder.getRegisteredAddresses())
        .containsExactly(new InetSocketAddress("10.0.0.1", 47500));

    known.put("node-1", List.of("10.0.0.9"));
    assertThat(finder.getRegisteredAddresses())
        .containsExactly(new InetSocketAddress("10.0.0.9", 47500));
  }

  @Test
  void whatIgniteFindsIsNotKept() {
    known.put("node-1", List.of("10.0.0.1"));
    ResolvedAddresses finder = finder("node-1:47500");

    finder.registerAddresses(List.of(new InetSocketAddress("10.0.0.9", 47500)));
    finder.unregisterAddresses(List.of(new InetSocketAddress("10.0.0.1", 47500)));

    assertThat(finder.isShared()).isFalse();
    assertThat(finder.getRegisteredAddresses())
        .containsExactly(new InetSocketAddress("10.0.0.1", 47500));
  }

  @Test
  void theSystemsNamesAreAskedByDefault() {
    List<InetSocketAddress> loopback = List.of(ResolvedAddresses.parse("127.0.0.1:47500"));

    assertThat(new ResolvedAddresses(loopback).getRegisteredAddresses())
        .containsExactly(new InetSocketAddress(InetAddress.getLoopbackAddress(), 47500));
  }

  private ResolvedAddresses finder(String... addresses) {
    return new ResolvedAddresses(
        List.of(addresses).stream().map(ResolvedAddresses::parse).toList(), this::find);
  }

  private InetAddress[] find(String host) throws UnknownHostException {
    List<String> addresses = known.get(host);
    if (addresses == null) {
      throw new UnknownHostException(host);
    }
    InetAddress[] found = new InetAddress[addresses.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = InetAddress.getByName(addresses.get(i));
    }
    return found;
  }
}
