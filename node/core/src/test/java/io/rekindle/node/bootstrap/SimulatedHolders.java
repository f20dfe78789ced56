package io.rekindle.node.bootstrap;

import io.rekindle.node.access.Pass;
import io.rekindle.node.access.SystemPass;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.keyring.KeyHandover;
import io.rekindle.node.keyring.TestClusterKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Nodes with real keys and nothing else, and one thing or several that go wrong at certain steps: a
 * step is each single question to a node, and whatever is asked besides.
 */
final class SimulatedHolders implements KeyHolders, KeysBelow {
  /** What goes wrong, with the node that is asked at that step. */
  enum Trouble {
    /** It does nothing and fails. */
    CALL_LOST,
    /** It does it, and the answer is lost. */
    ANSWER_LOST,
    /** It goes before it is asked and comes back afterwards, and nobody answers it at its start. */
    AWAY_MEANWHILE,
    /** It goes for good. */
    GONE,
    /** The first node, which asks, uses the first generation again. */
    FALLEN_BEHIND,
    /** A node without data comes that has the first generation alone. */
    ANOTHER_COMES,
    /** Another node is asked to replace the key, too, and does all of it. */
    ANOTHER_REPLACES
  }

  /** Trouble at a step. */
  record Event(int step, Trouble trouble) {}

  private static final class Node {
    private final ClusterKey key;
    private final boolean first;

    private Node(ClusterKey key, boolean first) {
      this.key = key;
      this.first = first;
    }
  }

  static final Pass PASS = SystemPass.mint(SystemPass.Purpose.BOOTSTRAP);

  private final List<Node> nodes = new ArrayList<>();
  private final List<Node> gone = new ArrayList<>();
  private final List<Event> events;
  private long version;
  private int step;
  private boolean quiet;
  private int rotatedAt = -1;
  private int rewrappedAt = -1;
  private Set<String> wrappedBy = Set.of();

  SimulatedHolders(int count, List<Event> events) {
    this.events = events;
    for (int i = 0; i < count; i++) {
      nodes.add(new Node(TestClusterKey.of(1), true));
    }
  }

  ClusterKeyReplacement replacement(int node) {
    return new ClusterKeyReplacement(this, this, nodes.get(node).key);
  }

  /** How many steps there were. */
  int steps() {
    return step;
  }

  /** At which step pages were given new keys last; -1 when they were not. */
  int rotatedAt() {
    return rotatedAt;
  }

  /** What the nodes used when pages were given new keys last. */
  Set<String> wrappedBy() {
    return wrappedBy;
  }

  /** When keys of namespaces were wrapped anew. */
  int rewrappedAt() {
    return rewrappedAt;
  }

  /** From now on nothing goes wrong; who was away comes back, and who lacks a key starts again. */
  void calm() {
    quiet = true;
    for (Node node : List.copyOf(nodes)) {
      if (!node.key.generations().containsAll(used())) {
        start(node);
      }
    }
    nodes.addAll(gone);
    gone.forEach(this::start);
    gone.clear();
  }

  /** As a node starts: refused, it is not there. */
  private void start(Node node) {
    try {
      new ClusterKeyReplacement(this, this, node.key).catchUp();
    } catch (StartRefusedException e) {
      if (node.first) {
        throw e;
      }
      nodes.remove(node);
    }
  }

  /** Has a node use the first generation again. */
  void fallBehind(int node) {
    ClusterKey key = nodes.get(node).key;
    key.use(key.generations().getFirst());
  }

  /** What the nodes use that are there, without asking them. */
  Set<String> used() {
    return nodes.stream().map(node -> node.key.generation()).collect(Collectors.toSet());
  }

  /** Whether each opens what each other one seals; of those that were there from the beginning. */
  boolean openEachOther(boolean ofTheFirst) {
    Set<String> all = new HashSet<>(used());
    gone.forEach(node -> all.add(node.key.generation()));
    return nodes.stream()
        .filter(node -> node.first || !ofTheFirst)
        .allMatch(node -> node.key.generations().containsAll(all));
  }

  @Override
  public long version() {
    besides();
    return version;
  }

  @Override
  public void requireComplete() {
    besides();
    if (!gone.isEmpty()) {
      throw new RekindleException(ErrorCode.NODE_AWAY, "away");
    }
  }

  @Override
  public Set<String> inUse() {
    Set<String> inUse = new HashSet<>();
    ask(node -> inUse.add(node.key.generation()));
    return inUse;
  }

  @Override
  public void hold(byte[] sealed) {
    ask(
        node -> {
          try (ClusterKey next = KeyHandover.open(node.key, sealed)) {
            node.key.hold(next);
          }
        });
  }

  @Override
  public void use(String generation) {
    ask(
        node -> {
          if (!node.key.generations().contains(generation)) {
            throw new RekindleException(ErrorCode.NOT_READY, "not held");
          }
          node.key.use(generation);
        });
  }

  @Override
  public void requireReady() {
    besides();
  }

  @Override
  public int rotatePages(IntConsumer rotated) {
    if (!quiet) {
      rotatedAt = step;
    }
    besides();
    wrappedBy = used();
    return 1;
  }

  @Override
  public int rewrapNamespaces(Pass pass) {
    if (!quiet) {
      rewrappedAt = step;
    }
    besides();
    return 1;
  }

  @Override
  public Instant now() {
    return Instant.EPOCH;
  }

  @Override
  public void noteReplaced(Instant made) {
    besides();
  }

  private void ask(Consumer<Node> question) {
    RekindleException failure = null;
    for (Node node : List.copyOf(nodes)) {
      try {
        ask(node, question);
      } catch (RekindleException e) {
        failure = failure == null ? e : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void ask(Node node, Consumer<Node> question) {
    Trouble trouble = next();
    if (trouble != null && !isWithTheAsked(trouble)) {
      happen(trouble, node);
    }
    if (trouble == Trouble.AWAY_MEANWHILE) {
      version += 2;
      return;
    }
    if (trouble != Trouble.CALL_LOST && nodes.contains(node)) {
      question.accept(node);
    }
    if (trouble == Trouble.CALL_LOST || trouble == Trouble.ANSWER_LOST) {
      throw new RekindleException(ErrorCode.NOT_READY, "lost");
    }
  }

  private static boolean isWithTheAsked(Trouble trouble) {
    return trouble == Trouble.CALL_LOST
        || trouble == Trouble.ANSWER_LOST
        || trouble == Trouble.AWAY_MEANWHILE;
  }

  /** A step at which no node is asked: the last one has the trouble. */
  private void besides() {
    Trouble trouble = next();
    if (trouble != null && !isWithTheAsked(trouble)) {
      happen(trouble, nodes.getLast());
    }
  }

  private @Nullable Trouble next() {
    if (quiet) {
      return null;
    }
    int now = step++;
    return events.stream()
        .filter(event -> event.step() == now)
        .map(Event::trouble)
        .findFirst()
        .orElse(null);
  }

  private void happen(Trouble trouble, Node node) {
    quiet = true; // What it does itself goes well.
    switch (trouble) {
      case GONE -> {
        if (nodes.indexOf(node) > 0) { // The first one is asking.
          nodes.remove(node);
          if (node.first) {
            gone.add(node);
          }
          version++;
        }
      }
      case FALLEN_BEHIND -> fallBehind(0);
      case ANOTHER_COMES -> come();
      case ANOTHER_REPLACES -> anotherReplaces();
      default -> throw new IllegalArgumentException(trouble.name());
    }
    quiet = false;
  }

  private void come() {
    Node late = new Node(TestClusterKey.of(1), false);
    // As NodeTraits has it: with what the coordinator uses, or not at all.
    if (late.key.generations().contains(nodes.getFirst().key.generation())) {
      nodes.add(late);
      version++;
      start(late);
    }
  }

  private void anotherReplaces() {
    if (nodes.size() > 1) {
      try {
        var _ = replacement(1).replace(PASS);
      } catch (RekindleException e) {
        // As it may be.
      }
    }
  }
}
