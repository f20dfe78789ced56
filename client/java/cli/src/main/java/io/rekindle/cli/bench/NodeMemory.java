package io.rekindle.cli.bench;

import io.rekindle.cli.CommandFailedException;
import io.rekindle.client.RekindleClient;
import io.rekindle.v1.StatusFact;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * What a node holds in memory: by its own word, and by the system's.
 *
 * @param residentKib of the process; 0 where the system does not tell
 */
record NodeMemory(long indexBytes, long indexBytesMax, long indexSlices, long residentKib) {
  static NodeMemory of(RekindleClient client, long pid) {
    Map<String, String> facts =
        client.cluster().status().execute().getFactsList().stream()
            .collect(Collectors.toMap(StatusFact::getName, StatusFact::getValue));
    return new NodeMemory(
        number(facts, "index_bytes"),
        number(facts, "index_bytes_max"),
        number(facts, "index_slices"),
        residentKib(pid).orElse(0));
  }

  private static long number(Map<String, String> facts, String name) {
    String value = facts.get(name);
    if (value == null) {
      throw new CommandFailedException("the node's status lacks " + name);
    }
    return Long.parseLong(value);
  }

  /** The resident memory of a process; empty where the system does not tell. */
  static OptionalLong residentKib(long pid) {
    Path status = Path.of("/proc", Long.toString(pid), "status");
    if (!Files.exists(status)) {
      return OptionalLong.empty();
    }
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst();
    } catch (IOException e) {
      throw new CommandFailedException("the node's memory can't be read", e);
    }
  }

  /** The larger of each. */
  NodeMemory most(NodeMemory other) {
    return new NodeMemory(
        Math.max(indexBytes, other.indexBytes),
        Math.max(indexBytesMax, other.indexBytesMax),
        Math.max(indexSlices, other.indexSlices),
        Math.max(residentKib, other.residentKib));
  }

  void putInto(Map<String, String> point) {
    point.put("indexMib", Long.toString(indexBytes >> 20));
    point.put("indexMibMax", Long.toString(indexBytesMax >> 20));
    point.put("indexSlices", Long.toString(indexSlices));
    if (residentKib > 0) {
      point.put("residentMib", Long.toString(residentKib >> 10));
    }
  }
}
