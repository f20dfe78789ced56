package io.rekindle.node.bootstrap;

import io.rekindle.node.cluster.AllNodes;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has each node that holds data wrap its copy of the cluster key anew, as {@link KeyChange#rotate}
 * does on the machine. Nobody names a provider here: each node asks the one that it has. Safe for
 * use by many threads.
 */
final class ClusterKeyRewrap implements Supplier<Map<String, String>> {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterKeyRewrap.class);
  private static final String CALL = "key.rewrap";

  /** Longer than a provider is asked for: several requests, each with its attempts. */
  private static final Duration TIMEOUT = Duration.ofMinutes(3);

  private static final byte[] DONE = new byte[0];

  private final AllNodes nodes;
  private final Path dataFolder;
  private final HeldKey.ConfigSource configs;

  /** Lets other nodes ask this one. */
  ClusterKeyRewrap(AllNodes nodes, NodeParts parts) {
    this.nodes = nodes;
    this.dataFolder = parts.config().dataFolder();
    this.configs = parts.configs();
    nodes.register(CALL, _ -> rewrap());
  }

  @Override
  public Map<String, String> get() {
    Map<String, String> problems = new TreeMap<>();
    nodes
        .ask(CALL, new byte[0], TIMEOUT)
        .forEach((node, answer) -> problems.put(node, new String(answer, StandardCharsets.UTF_8)));
    return problems;
  }

  /** The sentence of a refusal has paths and addresses of this machine: it stays here. */
  private byte[] rewrap() {
    try {
      String done = KeyChange.rotate(dataFolder, configs);
      LOG.info(done);
      return DONE;
    } catch (IOException | StartRefusedException e) {
      LOG.atWarn().setCause(e).log("the cluster key was not wrapped anew");
      return problem(e).getBytes(StandardCharsets.UTF_8);
    }
  }

  private static String problem(Exception e) {
    Probe probe = e.getCause() instanceof KeyManagementException answer ? answer.probe() : Probe.OK;
    return switch (probe) {
      case REVOKED -> "the customer's key refuses it";
      case UNREACHABLE -> "the customer's key can't be reached";
      case OK -> "the diagnostics of the node say why";
    };
  }
}
