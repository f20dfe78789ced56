package io.rekindle.node.storage.owner;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.Pass;
import io.rekindle.node.access.PassCodec;
import io.rekindle.node.cluster.SliceCalls;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.memory.SliceSelection;
import io.rekindle.node.storage.row.SliceOwners;
import io.rekindle.node.telemetry.NodeMeters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.CallerRunsPolicy;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.ignite.cluster.ClusterNode;
import org.jspecify.annotations.Nullable;

/**
 * The caller's end of a hop: to whom, with which pass, and what when that node is lost.
 *
 * <p>A call names its node, because a pass is sealed for one; Ignite's affinity call would choose
 * it too late, and for one partition alone. So the node that is asked looks whether it owns what it
 * has to own. A call waits for at most {@code timeout}, several at once each on a thread of at most
 * 64, then on the caller's. Thread-safe.
 */
final class OwnerCalls implements AutoCloseable {
  private static final int THREADS_MAX = 64;
  static final int TRIES_MAX = 6;

  /** Before the second try; twice as long before each one that follows: 3 s in all. */
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final SliceOwners owners;
  private final SliceCalls calls;
  private final PassCodec passes;
  private final NodeMeters meters;
  private final Duration timeout;
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          0,
          THREADS_MAX,
          1,
          TimeUnit.MINUTES,
          new SynchronousQueue<>(),
          Thread.ofPlatform().daemon().name("owner-calls-", 0).factory(),
          new CallerRunsPolicy());

  OwnerCalls(
      SliceOwners owners, SliceCalls calls, PassCodec passes, NodeMeters meters, Duration timeout) {
    this.owners = owners;
    this.calls = calls;
    this.passes = passes;
    this.meters = meters;
    this.timeout = timeout;
  }

  /**
   * What is asked of an owner.
   *
   * @param arguments written anew for each try
   */
  record Ask<T>(
      OwnerOperation operation, Consumer<WireOut> arguments, Function<WireIn, T> answer) {}

  /** What came of one of several calls: a value or an error. */
  record Answer<P, T>(P part, @Nullable T value, @Nullable RekindleException error) {
    T get() {
      if (error != null || value == null) {
        throw error == null ? new IllegalStateException("an answer is something") : error;
      }
      return value;
    }
  }

  /**
   * Asks the owner of a slice, or does it here: when that is this node, and for background work.
   *
   * @param sameTwice whether it may be done twice: a read, or a write with an idempotency key
   * @throws RekindleException what the owner throws; NOT_READY when no owner could be asked;
   *     OUTCOME_UNKNOWN when a write that can't be repeated may have been begun; DEADLINE_EXCEEDED
   */
  <T> T at(Pass pass, SliceId slice, boolean sameTwice, Supplier<T> here, Ask<T> ask) {
    if (!(pass instanceof AccessPass access)) {
      return here.get();
    }
    return repeat(
        sameTwice,
        () -> {
          ClusterNode owner = owners.askedFor(slice);
          return owner.equals(owners.self()) ? here.get() : call(owner, access, ask);
        });
  }

  /**
   * Asks all who have a part of a selection.
   *
   * @param parts made anew for each try, by {@link #byNode} or {@link #byOwner}
   * @return what each answered, one at least for a selection of one slice at least
   * @throws RekindleException what any owner throws; NOT_READY, DEADLINE_EXCEEDED
   */
  <T> List<T> all(
      AccessPass pass,
      Supplier<Map<ClusterNode, SliceSelection>> parts,
      Function<SliceSelection, T> here,
      Function<SliceSelection, Ask<T>> ask) {
    return repeat(
        true, () -> ofEach(pass, parts.get(), here, ask).stream().map(Answer::get).toList());
  }

  /** The selection in parts, each for one node to ask, as of now. */
  Map<ClusterNode, SliceSelection> byNode(SliceSelection selection) {
    return by(owners::askedFor, selection);
  }

  /** As {@link #byNode}, for what only owners can answer. */
  Map<ClusterNode, SliceSelection> byOwner(SliceSelection selection) {
    return by(owners::ownerOf, selection);
  }

  private static Map<ClusterNode, SliceSelection> by(
      Function<SliceId, ClusterNode> node, SliceSelection selection) {
    Map<ClusterNode, SequencedSet<SliceId>> slices = new LinkedHashMap<>();
    for (SliceId slice : selection.slices()) {
      slices.computeIfAbsent(node.apply(slice), _ -> new LinkedHashSet<>()).add(slice);
    }
    Map<ClusterNode, SliceSelection> parts = new LinkedHashMap<>();
    slices.forEach((owner, some) -> parts.put(owner, selection.only(some)));
    return parts;
  }

  /**
   * Asks every owner for its part, all at once; this node's is done on the caller's thread.
   *
   * @return one for each, in their order; other errors than a {@link RekindleException} are thrown
   */
  <P, T> List<Answer<P, T>> ofEach(
      AccessPass pass, Map<ClusterNode, P> parts, Function<P, T> here, Function<P, Ask<T>> ask) {
    Map<ClusterNode, CompletableFuture<Answer<P, T>>> remote = new LinkedHashMap<>();
    parts.forEach(
        (owner, part) -> {
          if (!owner.equals(owners.self())) {
            remote.put(
                owner,
                CompletableFuture.supplyAsync(
                    () -> answer(part, () -> call(owner, pass, ask.apply(part))), threads));
          }
        });
    List<Answer<P, T>> answers = new ArrayList<>(parts.size());
    parts.forEach(
        (owner, part) -> {
          CompletableFuture<Answer<P, T>> call = remote.get(owner);
          answers.add(call == null ? answer(part, () -> here.apply(part)) : call.join());
        });
    return answers;
  }

  private static <P, T> Answer<P, T> answer(P part, Supplier<T> work) {
    try {
      return new Answer<>(part, work.get(), null);
    } catch (RekindleException e) {
      return new Answer<>(part, null, e);
    }
  }

  private <T> T call(ClusterNode owner, AccessPass pass, Ask<T> ask) {
    WireOut out = new WireOut().bytes(passes.seal(pass, owner.id()));
    ask.arguments().accept(out);
    meters.nodeCall(ask.operation().tag());
    byte[] answer = calls.call(owner, ask.operation().call(), out.toBytes(), timeout);
    return WireIn.read(answer, ask.answer());
  }

  /**
   * Tries again, with owners looked up anew, what an owner did not begin; and what a lost one may
   * have done, where that does no harm.
   */
  static <T> T repeat(boolean sameTwice, Supplier<T> attempt) {
    for (int tries = 1; ; tries++) {
      try {
        return attempt.get();
      } catch (RekindleException e) {
        if (!sameTwice && SliceCalls.isLost(e)) {
          throw new RekindleException(
              ErrorCode.OUTCOME_UNKNOWN,
              "the node that did this was lost: it is done, or not; look before you repeat it",
              Map.of(),
              e);
        }
        if (!isElsewhere(e) || tries == TRIES_MAX) {
          throw e;
        }
        pause(tries);
      }
    }
  }

  /** Whether another node is to be asked, when it is known which. */
  static boolean isElsewhere(RekindleException error) {
    return SliceOwners.isMoved(error) || SliceCalls.isNotBegun(error) || SliceCalls.isLost(error);
  }

  /** Before another node is asked, while the cluster finds out that one is gone. */
  static void pause(int tries) {
    try {
      Thread.sleep(PAUSE.multipliedBy(1L << (tries - 1)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RekindleException(ErrorCode.NOT_READY, "the node stops");
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
