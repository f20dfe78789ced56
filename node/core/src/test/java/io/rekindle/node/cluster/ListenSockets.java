package io.rekindle.node.cluster;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The sockets on which a process listens, as the kernel sees them. */
public final class ListenSockets {
  private static final String LISTEN = "0A";

  private ListenSockets() {}

  /** As {@code address:port}, IPv4 in the kernel's hexadecimal, such as {@code 0100007F:1F90}. */
  public static Set<String> ofThisProcess() throws IOException {
    return ofProcess("self");
  }

  /** As {@link #ofThisProcess}, of another process of this user. */
  public static Set<String> ofProcess(String pid) throws IOException {
    Path process = Path.of("/proc", pid);
    Set<String> inodes = new HashSet<>();
    try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
      for (Path descriptor : descriptors.toList()) {
        if (Files.isSymbolicLink(descriptor)) {
          inodes.add(Files.readSymbolicLink(descriptor).toString());
        }
      }
    }
    Set<String> sockets = new TreeSet<>();
    for (String table : new String[] {"tcp", "tcp6"}) {
      Path file = process.resolve("net").resolve(table);
      if (Files.exists(file)) {
        for (String line : Files.readAllLines(file)) {
          List<String> fields = Splitter.on(' ').omitEmptyStrings().splitToList(line);
          if (fields.get(3).equals(LISTEN) && inodes.contains("socket:[" + fields.get(9) + "]")) {
            sockets.add(fields.get(1));
          }
        }
      }
    }
    return sockets;
  }

  /** How {@link #ofThisProcess} writes a port of 127.0.0.1. */
  public static String loopback(int port) {
    return String.format("0100007F:%04X", port);
  }
}
