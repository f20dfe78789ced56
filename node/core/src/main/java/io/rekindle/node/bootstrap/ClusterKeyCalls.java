package io.rekindle.node.bootstrap;

import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.cluster.AllNodes;
import io.rekindle.node.cluster.Membership;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.keyring.FolderMark;
import io.rekindle.node.keyring.KeyHandover;
import io.rekindle.node.model.RequestId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks all nodes about their cluster key, and does what is asked of this one: in its file first,
 * then in memory. Safe for use by many threads.
 */
final class ClusterKeyCalls implements KeyHolders {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterKeyCalls.class);

  private static final String IN_USE = "cluster-key.in-use";
  private static final String HOLD = "cluster-key.hold";
  private static final String USE = "cluster-key.use";

  /** In the audit of each node. */
  static final String REPLACED = "cluster-key.replaced";

  /** Longer than a provider is asked for: several requests, each with its attempts. */
  private static final Duration TIMEOUT = Duration.ofMinutes(3);

  /** What a node says at once; a start waits for it. */
  private static final Duration IN_USE_TIMEOUT = Duration.ofSeconds(10);

  private static final byte[] NOTHING = new byte[0];

  private final AllNodes nodes;
  private final Membership membership;
  private final Path dataFolder;
  private final HeldKey.ConfigSource configs;
  private final ClusterKey key;
  private final AuditLog audit;

  /** Lets other nodes ask this one. */
  ClusterKeyCalls(AllNodes nodes, Membership membership, NodeParts parts) {
    this.nodes = nodes;
    this.membership = membership;
    this.dataFolder = parts.config().dataFolder();
    this.configs = parts.configs();
    this.key = parts.clusterKey();
    this.audit = parts.audit();
    nodes.register(IN_USE, _ -> text(key.generation()));
    nodes.register(HOLD, this::holdHere);
    nodes.register(USE, generation -> useHere(text(generation)));
  }

  @Override
  public long version() {
    return membership.version();
  }

  @Override
  public void requireComplete() {
    membership.requireComplete();
  }

  @Override
  public Set<String> inUse() {
    return nodes.askEvery(IN_USE, NOTHING, IN_USE_TIMEOUT).values().stream()
        .map(ClusterKeyCalls::text)
        .collect(Collectors.toSet());
  }

  @Override
  public void hold(byte[] sealed) {
    nodes.askEvery(HOLD, sealed, TIMEOUT);
  }

  @Override
  public void use(String generation) {
    nodes.askEvery(USE, text(generation), TIMEOUT);
  }

  /** One change at a time: what is written goes with what is in memory. */
  private synchronized byte[] holdHere(byte[] sealed) {
    try (ClusterKey next = KeyHandover.open(key, sealed)) {
      if (next.generations().size() > key.generations().size()) {
        // In the file first: what is only in memory would be gone with a crash, and others use it.
        KeyChange.hold(dataFolder, configs, key, next);
        key.hold(next);
      }
      return NOTHING;
    } catch (IOException | StartRefusedException e) {
      throw failed(e);
    }
  }

  private synchronized byte[] useHere(String generation) {
    if (key.generation().equals(generation)) {
      return NOTHING;
    }
    if (!key.generations().contains(generation)) {
      throw new RekindleException(
          ErrorCode.NOT_READY,
          "a node does not have the cluster key that others use: start it again",
          Map.of("node", String.valueOf(membership.self().consistentId())));
    }
    try {
      audit.note(RequestId.random(), REPLACED, 1, "generation " + generation);
      KeyChange.use(dataFolder, configs, key, generation);
      key.use(generation);
      FolderMark.bringUpToDate(dataFolder.resolve(FolderMark.FILE), key);
      LOG.atInfo().addKeyValue("generation", generation).log("the cluster key was replaced");
      return NOTHING;
    } catch (IOException | StartRefusedException e) {
      throw failed(e);
    }
  }

  /** The sentence of a refusal has paths and addresses of this machine: it stays here. */
  private static RekindleException failed(Exception e) {
    LOG.atWarn().setCause(e).log("the cluster key was not replaced");
    return new RekindleException(
        ErrorCode.NOT_READY,
        "a node could not keep the new cluster key; its diagnostics say why",
        Map.of(),
        e);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] text) {
    return new String(text, StandardCharsets.UTF_8);
  }
}
