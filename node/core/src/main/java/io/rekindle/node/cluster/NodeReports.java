package io.rekindle.node.cluster;

import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.NodeReport;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.apache.ignite.Ignite;
import org.apache.ignite.cluster.ClusterNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks each node that is there how it is; all at once, and no longer than two seconds. What they
 * say is of the node, never of what is stored. Thread-safe.
 */
public final class NodeReports implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeReports.class);
  private static final String OPERATION = "status.facts";
  private static final Duration ANSWER_MAX = Duration.ofSeconds(2);
  private static final byte FORMAT = 1;

  private final Ignite ignite;
  private final SliceCalls calls;
  private final ExecutorService questions =
      Executors.newCachedThreadPool(
          Thread.ofPlatform().daemon().name("status-question-", 0).factory());

  /**
   * From here on this node answers others.
   *
   * @param own what it says
   */
  public NodeReports(Ignite ignite, SliceCalls calls, Supplier<Map<String, String>> own) {
    this.ignite = ignite;
    this.calls = calls;
    calls.register(OPERATION, _ -> encode(own.get()));
  }

  /** The id of this node, as in its own report. */
  public String self() {
    return id(ignite.cluster().localNode());
  }

  /** Of each node that is there, by id; without facts of one that does not answer. */
  public List<NodeReport> all() {
    List<CompletableFuture<NodeReport>> asked =
        ignite.cluster().forServers().nodes().stream()
            .sorted(Comparator.comparing(NodeReports::id))
            .map(node -> CompletableFuture.supplyAsync(() -> ask(node), questions))
            .toList();
    return asked.stream().map(CompletableFuture::join).toList();
  }

  private NodeReport ask(ClusterNode node) {
    try {
      return new NodeReport(id(node), decode(calls.call(node, OPERATION, new byte[0], ANSWER_MAX)));
    } catch (RekindleException e) {
      LOG.atDebug().setCause(e).addKeyValue("node", id(node)).log("a node did not say how it is");
      return new NodeReport(id(node), Map.of());
    }
  }

  private static String id(ClusterNode node) {
    return String.valueOf(node.consistentId());
  }

  static byte[] encode(Map<String, String> facts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(FORMAT);
      out.writeShort(facts.size());
      for (Map.Entry<String, String> fact : facts.entrySet()) {
        out.writeUTF(fact.getKey());
        out.writeUTF(fact.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  static Map<String, String> decode(byte[] answer) {
    Map<String, String> facts = new LinkedHashMap<>();
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(answer))) {
      if (in.readByte() != FORMAT) {
        throw new IOException("a report of a newer release");
      }
      for (int left = in.readUnsignedShort(); left > 0; left--) {
        facts.put(in.readUTF(), in.readUTF());
      }
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("what a node says of itself is not readable");
      return Map.of();
    }
    return facts;
  }

  @Override
  public void close() {
    questions.shutdownNow();
  }
}
