package io.rekindle.node.bootstrap;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.cluster.AllNodes;
import io.rekindle.node.cluster.GroupKeys;
import io.rekindle.node.cluster.Membership;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.keyring.FolderMark;
import io.rekindle.node.keyring.KeyHandover;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.RequestId;
import io.rekindle.node.storage.engine.IgniteNamespaceStore;
import io.rekindle.node.storage.engine.KeyRotations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the cluster a new key, in the place of one that somebody may have seen, while everything
 * goes on. All nodes that hold data have to be there.
 *
 * <ol>
 *   <li>One node makes a new generation. Each node has it wrapped by its customer's key, keeps it
 *       in its file, and can open with it: it is <em>held</em>.
 *   <li>When all hold it, each begins to seal with it: it is <em>in use</em>.
 *   <li>The keys of Ignite's groups are changed, which wraps them by it, and those of namespaces
 *       are wrapped by it, too.
 * </ol>
 *
 * <p>Cut short anywhere, by a crash or an error, everything can be opened by every node: nobody
 * uses what another one does not hold, and nobody drops what it holds. So two requests at once, of
 * two nodes, do no harm either. A node that was lost between the second step of others and its own
 * has the generation in its file; at its next start it {@link #catchUp}. Then it is asked for
 * again, and gives one generation more.
 *
 * <p>Ignite is not told of it, and its own change of the master key is not used: followed by a
 * change of group keys and a crash, that one loses acknowledged writes. Safe for use by many
 * threads.
 */
final class ClusterKeyReplacement implements Function<AccessPass, Reply.ClusterKeyReplaced> {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterKeyReplacement.class);

  private static final String STATE = "cluster-key.state";
  private static final String HOLD = "cluster-key.hold";
  private static final String USE = "cluster-key.use";

  /** In the audit of each node. */
  static final String REPLACED = "cluster-key.replaced";

  /** Longer than a provider is asked for: several requests, each with its attempts. */
  private static final Duration TIMEOUT = Duration.ofMinutes(3);

  /** What a node says at once; a start waits for it. */
  private static final Duration STATE_TIMEOUT = Duration.ofSeconds(10);

  private static final byte[] NOTHING = new byte[0];

  private final AllNodes nodes;
  private final Membership membership;
  private final GroupKeys groupKeys;
  private final IgniteNamespaceStore namespaces;
  private final KeyRotations rotations;
  private final Path dataFolder;
  private final HeldKey.ConfigSource configs;
  private final ClusterKey key;
  private final AuditLog audit;
  private final InstantSource clock;
  private final AtomicBoolean replacing = new AtomicBoolean();

  /** Lets other nodes ask this one. */
  ClusterKeyReplacement(
      AllNodes nodes,
      Membership membership,
      GroupKeys groupKeys,
      IgniteNamespaceStore namespaces,
      KeyRotations rotations,
      NodeParts parts) {
    this.nodes = nodes;
    this.membership = membership;
    this.groupKeys = groupKeys;
    this.namespaces = namespaces;
    this.rotations = rotations;
    this.dataFolder = parts.config().dataFolder();
    this.configs = parts.configs();
    this.key = parts.clusterKey();
    this.audit = parts.audit();
    this.clock = parts.clock();
    nodes.register(STATE, _ -> text(String.join(" ", state())));
    nodes.register(HOLD, this::hold);
    nodes.register(USE, generation -> use(text(generation)));
  }

  /**
   * Replaces the key.
   *
   * @throws RekindleException NODE_AWAY; NOT_READY while another one, or what {@link
   *     GroupKeys#rotate} does not go with, is under way, or a provider does not do its part;
   *     INVALID_ARGUMENT when it was replaced too often. What was thrown after the second step has
   *     {@code changed: in part}
   */
  @Override
  public Reply.ClusterKeyReplaced apply(AccessPass pass) {
    membership.requireComplete();
    if (!replacing.compareAndSet(false, true)) {
      throw notReady("the cluster key is being replaced: wait until that has ended");
    }
    try {
      groupKeys.requireReady();
      level();
      return replace(pass);
    } finally {
      replacing.set(false);
    }
  }

  private Reply.ClusterKeyReplaced replace(AccessPass pass) {
    String generation;
    byte[] sealed;
    try (ClusterKey next = KeyHandover.next(key)) {
      generation = next.generations().getLast();
      sealed = KeyHandover.seal(next);
    }
    holdEverywhere(sealed, generation);
    try {
      nodes.askEvery(USE, text(generation), TIMEOUT);
      // One without data that came in between was let in with the former generation alone.
      nodes.askEvery(HOLD, sealed, TIMEOUT);
      nodes.askEvery(USE, text(generation), TIMEOUT);
      requireInUse(generation);
      rotations.noteClusterKey(clock.instant());
      int groups = groupKeys.rotate(_ -> rotations.noteGroupKeys(clock.instant()));
      // A node that fell behind meanwhile would have wrapped new keys of pages by the former.
      requireInUse(generation);
      return new Reply.ClusterKeyReplaced(generation, namespaces.rewrapAll(pass), groups);
    } catch (RekindleException e) {
      throw inPart(e);
    }
  }

  /** Until all that are there have it, and nobody has come or gone since they were asked. */
  private void holdEverywhere(byte[] sealed, String generation) {
    long version = -1;
    while (version != membership.version()) {
      version = membership.version();
      nodes.askEvery(HOLD, sealed, TIMEOUT);
      if (!states().stream().allMatch(state -> state.contains(generation))) {
        throw notReady("a node has come that does not have the new cluster key: try again");
      }
      membership.requireComplete();
    }
  }

  private void requireInUse(String generation) {
    if (!inUse().equals(Set.of(generation))) {
      throw notReady("not all nodes use the new cluster key");
    }
  }

  private static RekindleException inPart(RekindleException cause) {
    return new RekindleException(
        cause.code(),
        "the cluster key was replaced in part: mend what is wrong, and replace it again",
        Map.of("changed", "in part"),
        cause);
  }

  /** What this node says of itself: the generation in use, and then all that it has. */
  private List<String> state() {
    List<String> state = new ArrayList<>();
    state.add(key.generation());
    state.addAll(key.generations());
    return state;
  }

  /** Of all nodes that are there. */
  private List<List<String>> states() {
    return nodes.askEvery(STATE, NOTHING, STATE_TIMEOUT).values().stream()
        .map(answer -> List.of(text(answer).split(" ", -1)))
        .toList();
  }

  private Set<String> inUse() {
    return states().stream().map(List::getFirst).collect(Collectors.toSet());
  }

  /**
   * Has all nodes use the same generation: the last that one of them uses. A node that is behind
   * may be one whose call was lost; it has what it is to use.
   */
  private void level() {
    Set<String> inUse = inUse();
    List<String> ours = key.generations();
    if (!ours.containsAll(inUse)) {
      throw notReady("this node does not have the cluster key that others use: ask another one");
    }
    if (inUse.size() > 1) {
      String last = ours.stream().filter(inUse::contains).toList().getLast();
      nodes.askEvery(USE, text(last), TIMEOUT);
      requireInUse(last);
    }
  }

  /**
   * Has all nodes use what one of them uses already; to be called at the start. Of nodes that start
   * together the last one is answered by all. One that is behind does no harm, and is asked again
   * by the next start of any.
   *
   * @throws StartRefusedException when this node came while the key was replaced, and lacks it
   */
  void catchUp() {
    try {
      Set<String> inUse = inUse();
      if (!key.generations().containsAll(inUse)) {
        throw new StartRefusedException(
            "The cluster key was replaced while this node joined: give it the cluster key file of a"
                + " node that is there.");
      }
      if (inUse.size() > 1) {
        level();
      }
    } catch (RekindleException e) {
      LOG.atInfo().setCause(e).log("not all nodes could be asked which cluster key they use");
    }
  }

  /** One change at a time: what is written goes with what is in memory. */
  private synchronized byte[] hold(byte[] sealed) {
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

  private synchronized byte[] use(String generation) {
    if (key.generation().equals(generation)) {
      return NOTHING;
    }
    if (!key.generations().contains(generation)) {
      throw notReady("a node does not have the new cluster key");
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

  private static RekindleException notReady(String why) {
    return new RekindleException(ErrorCode.NOT_READY, why);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] text) {
    return new String(text, StandardCharsets.UTF_8);
  }
}
