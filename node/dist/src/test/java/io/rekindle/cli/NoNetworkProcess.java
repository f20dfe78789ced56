package io.rekindle.cli;

import io.rekindle.cli.RunningDistribution.Ended;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What {@link NoNetworkIT} runs inside a network of its own: a node, and a client beside it. */
final class NoNetworkProcess {
  static final String WORK = "work";
  static final String CONNECT = "connect";

  /** Half a minute: a model is loaded, and a text embedded. */
  private static final int TRIES_MAX = 300;

  private static final int PAUSE_MILLIS = 100;

  private NoNetworkProcess() {}

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case WORK -> work(Path.of(args[1]));
      default -> connect();
    }
    System.out.println("without a route " + withoutRoute());
    System.exit(0);
  }

  private static void work(Path folder) throws Exception {
    RunningDistribution node = RunningDistribution.start(folder);
    try {
      say(node.run("namespace", "create", "life/notes"));
      Ended stored = node.run("store", "-n", "life/notes", "The caller drinks green tea");
      System.out.println("stored " + stored.code());
      say(stored);
      Ended found = search(node);
      for (int i = 0; i < TRIES_MAX && !found.out().contains("green tea"); i++) {
        Thread.sleep(PAUSE_MILLIS);
        found = search(node);
      }
      System.out.println("found " + found.code());
      say(found);
    } finally {
      node.stop();
    }
  }

  /** By a text that shares no word with what is looked for: both have to be embedded. */
  private static Ended search(RunningDistribution node) {
    return node.run("search", "-n", "life/notes", "--mode", "meaning", "which beverage?");
  }

  private static void say(Ended ended) {
    System.out.println(ended.out() + ended.err());
  }

  private static void connect() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("192.0.2.1", 80), 1_000);
    } catch (IOException e) {
      System.out.println("no way out");
    }
  }

  /**
   * Packets, of connections and of questions for names, that this network had no route for, by
   * whichever process in it.
   */
  private static long withoutRoute() throws IOException {
    long sum = 0;
    List<String> lines = Files.readAllLines(Path.of("/proc/self/net/snmp"));
    for (int i = 0; i + 1 < lines.size(); i += 2) {
      String[] names = lines.get(i).split(" ", -1);
      String[] values = lines.get(i + 1).split(" ", -1);
      for (int j = 1; j < names.length; j++) {
        if (names[j].equals("OutNoRoutes")) {
          sum += Long.parseLong(values[j]);
        }
      }
    }
    for (String line : Files.readAllLines(Path.of("/proc/self/net/snmp6"))) {
      if (line.startsWith("Ip6OutNoRoutes")) {
        sum += Long.parseLong(line.replaceAll("^\\S+\\s+", ""));
      }
    }
    return sum;
  }
}
