package io.rekindle.chaos.fault;

import io.rekindle.chaos.cluster.Distribution;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Each node in a network namespace of its own, on one bridge, so that the way from one node to
 * another can be cut, in one direction or in both, while clients reach all of them.
 *
 * <p>A cut is a routing rule at the receiver, above the table of local addresses, that drops what
 * comes from the other node without a word: the sender sees silence, as from a dead switch. It
 * takes root and iproute2, and no packet filter. Early demultiplexing is off in the namespaces,
 * because it would carry established connections past the rules.
 */
public final class NetworkFaults implements AutoCloseable {
  private static final int NETS = 200;
  private static final int CUT_RULE = 50;
  private static final int LOCAL_RULE = 100;

  private final String bridge;
  private final int net;
  private final List<String> namespaces = new ArrayList<>();
  private final List<String> links = new ArrayList<>();

  /** Whether cuts can be made here, and if not, why. */
  public record Support(boolean supported, String reason) {}

  private NetworkFaults(String bridge, int net) {
    this.bridge = bridge;
    this.net = net;
  }

  /** Makes and removes a namespace, to know. */
  public static Support support() {
    String probe = "rkc-probe-" + ProcessHandle.current().pid();
    Distribution.Ended made = Distribution.run(List.of("ip", "netns", "add", probe));
    if (made.code() != 0) {
      return new Support(false, "network namespaces take root and iproute2");
    }
    Distribution.run(List.of("ip", "netns", "del", probe));
    return new Support(true, "");
  }

  /** Makes the bridge and the namespaces; the machine itself is on the bridge, too. */
  public static NetworkFaults open(int nodes) {
    long pid = ProcessHandle.current().pid();
    NetworkFaults made = new NetworkFaults("rkb" + pid, (int) (pid % NETS));
    try {
      run("ip", "link", "add", made.bridge, "type", "bridge");
      run("ip", "addr", "add", made.host(-1) + "/24", "dev", made.bridge);
      run("ip", "link", "set", made.bridge, "up");
      for (int i = 0; i < nodes; i++) {
        made.add("rkc" + pid + "-" + i, "rkv" + pid + i, i);
      }
      return made;
    } catch (IllegalStateException e) {
      made.close();
      throw e;
    }
  }

  private void add(String namespace, String outside, int number) {
    run("ip", "netns", "add", namespace);
    namespaces.add(namespace);
    run("ip", "link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", namespace);
    links.add(outside);
    run("ip", "link", "set", outside, "master", bridge, "up");
    run("ip", "-n", namespace, "addr", "add", host(number) + "/24", "dev", "eth0");
    run("ip", "-n", namespace, "link", "set", "eth0", "up");
    run("ip", "-n", namespace, "link", "set", "lo", "up");
    run("ip", "-n", namespace, "rule", "add", "pref", "" + LOCAL_RULE, "lookup", "local");
    run("ip", "-n", namespace, "rule", "del", "pref", "0");
    List<String> sysctl = new ArrayList<>(wrap(number));
    sysctl.addAll(List.of("sh", "-c", "echo 0 > /proc/sys/net/ipv4/ip_early_demux"));
    run(sysctl.toArray(String[]::new));
  }

  /** The address of a node; of the machine for -1. */
  public String host(int node) {
    return "10.213.%d.%d".formatted(net, node + 2);
  }

  /** What goes before the command of a node's process. */
  public List<String> wrap(int node) {
    return List.of("ip", "netns", "exec", namespaces.get(node));
  }

  /** Nothing that one node sends reaches the other; the way back stays open. */
  public void cutOneWay(int from, int to) {
    rule("add", from, to);
  }

  /** Nothing goes either way. */
  public void cut(int one, int other) {
    cutOneWay(one, other);
    cutOneWay(other, one);
  }

  /** Opens both ways again, whether they were cut or not. */
  public void heal(int one, int other) {
    for (int[] way : new int[][] {{one, other}, {other, one}}) {
      Distribution.run(ruleCommand("del", way[0], way[1]));
    }
  }

  /**
   * Lets through what a node sends at this rate: more waits, for up to {@code waitMax}, and is
   * dropped beyond that.
   */
  public void slow(int node, int kilobitsPerSecond, Duration waitMax) {
    run(
        "tc",
        "-n",
        namespaces.get(node),
        "qdisc",
        "add",
        "dev",
        "eth0",
        "root",
        "tbf",
        "rate",
        kilobitsPerSecond + "kbit",
        "burst",
        "16kb",
        "latency",
        waitMax.toMillis() + "ms");
  }

  /** Ends what {@link #slow} began. */
  public void unslow(int node) {
    run("tc", "-n", namespaces.get(node), "qdisc", "del", "dev", "eth0", "root");
  }

  private void rule(String verb, int from, int to) {
    run(ruleCommand(verb, from, to).toArray(String[]::new));
  }

  private List<String> ruleCommand(String verb, int from, int to) {
    return List.of(
        "ip",
        "-n",
        namespaces.get(to),
        "rule",
        verb,
        "pref",
        "" + CUT_RULE,
        "from",
        host(from),
        "iif",
        "eth0",
        "blackhole");
  }

  private static void run(String... command) {
    Distribution.Ended ended = Distribution.run(List.of(command));
    if (ended.code() != 0) {
      throw new IllegalStateException(String.join(" ", command) + ": " + ended.output());
    }
  }

  /**
   * Takes away everything that was made; the processes in the namespaces have to be gone. The links
   * go first and by name: those of a namespace that is deleted go some time after it, and a network
   * made in that time would find its names taken.
   */
  @Override
  public void close() {
    links.forEach(it -> Distribution.run(List.of("ip", "link", "del", it)));
    namespaces.forEach(it -> Distribution.run(List.of("ip", "netns", "del", it)));
    Distribution.run(List.of("ip", "link", "del", bridge));
  }
}
