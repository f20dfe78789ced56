package io.rekindle.node.cluster;

import io.rekindle.node.error.RekindleException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.ignite.cluster.ClusterNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this node still hears of a majority, asked once a second.
 *
 * <p>A node that was paused, or cut off, goes on for a while with what it knew: with grants that
 * were revoked, and rows that were changed. Hence a lease. Each round that a majority answered
 * renews it from the moment that the round began, on a clock that goes on while the process is
 * stopped; a node whose lease has run out answers nothing, until the next such round. A cluster of
 * one needs nobody. What the others say their time is gives the difference of the clocks, halfway
 * between question and answer (Cristian's algorithm). Safe for use by many threads.
 */
public final class Contact implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Contact.class);
  private static final String OPERATION = "contact";
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration ANSWER_MAX = Duration.ofSeconds(1);

  private final Membership membership;
  private final SliceCalls calls;
  private final InstantSource clock;
  private final Duration leaseMax;
  private final ScheduledExecutorService rounds =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("contact").factory());
  private final ExecutorService questions =
      Executors.newCachedThreadPool(
          Thread.ofPlatform().daemon().name("contact-question-", 0).factory());
  private final AtomicLong heardNanos = new AtomicLong(System.nanoTime());
  private final Object confirming = new Object();
  private volatile boolean majorityInView = true;
  private volatile long differenceMillis;

  /**
   * A lease that begins now.
   *
   * @param leaseMax how long one round counts
   */
  public Contact(Membership membership, SliceCalls calls, InstantSource clock, Duration leaseMax) {
    this.membership = membership;
    this.calls = calls;
    this.clock = clock;
    this.leaseMax = leaseMax;
    calls.register(OPERATION, _ -> time(clock.millis()));
  }

  /**
   * Begins the rounds.
   *
   * @param afterEach told after each round how long no majority has answered
   */
  public void start(Consumer<Duration> afterEach) {
    var _ =
        rounds.scheduleWithFixedDelay(
            () -> {
              orWarn(this::round);
              orWarn(() -> afterEach.accept(silence()));
            },
            0,
            INTERVAL.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /**
   * Whether a majority was heard of lately, and none of it has been seen to leave since: this node
   * may answer.
   */
  public boolean holds() {
    return majorityInView && nanosSinceHeard() <= leaseMax.toNanos();
  }

  /** How long ago the last round began that a majority answered. */
  public Duration silence() {
    return Duration.ofNanos(nanosSinceHeard());
  }

  /**
   * How far this node's clock is from the others', in milliseconds: the median of the last round,
   * above zero when this one is behind; 0 when it is alone.
   */
  public long clockDifferenceMillis() {
    return differenceMillis;
  }

  private long nanosSinceHeard() {
    return System.nanoTime() - heardNanos.get();
  }

  /** An executor would never run again what threw once. */
  private static void orWarn(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      // The lease runs out by itself; the next round may do better.
      LOG.atWarn().setCause(e).log("a round of contact failed");
    }
  }

  /** Whether a majority answers a round that begins now; many who ask together share one. */
  public boolean confirm() {
    long asked = System.nanoTime();
    synchronized (confirming) {
      if (heardNanos.get() - asked < 0) {
        round();
      }
      return heardNanos.get() - asked >= 0;
    }
  }

  /** Asks everyone once; returns when all have answered, or the time is over. */
  public void round() {
    long began = System.nanoTime();
    majorityInView = membership.hasMajority();
    List<Future<Long>> asked = new ArrayList<>();
    for (ClusterNode peer : membership.peers()) {
      asked.add(questions.submit(() -> differenceTo(peer)));
    }
    List<Long> differences = new ArrayList<>();
    for (Future<Long> one : asked) {
      try {
        differences.add(one.get());
      } catch (ExecutionException e) {
        LOG.atDebug().setCause(e).log("a node did not answer");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
    if (membership.isMajority(differences.size() + (membership.selfInBaseline() ? 1 : 0))) {
      heardNanos.set(began);
    }
    differenceMillis = median(differences);
  }

  /**
   * The one in the middle; of two, the one nearer to zero: in a cluster of three the clock that is
   * off says so, and not those that it is off from.
   */
  static long median(List<Long> differences) {
    if (differences.isEmpty()) {
      return 0;
    }
    List<Long> sorted = differences.stream().sorted().toList();
    long upper = sorted.get(sorted.size() / 2);
    long lower = sorted.get((sorted.size() - 1) / 2);
    return Math.abs(lower) < Math.abs(upper) ? lower : upper;
  }

  /**
   * Milliseconds that another clock is ahead of ours.
   *
   * @throws RekindleException when it does not answer in time
   */
  private long differenceTo(ClusterNode peer) {
    long asked = clock.millis();
    long theirs = ByteBuffer.wrap(calls.call(peer, OPERATION, new byte[0], ANSWER_MAX)).getLong();
    long answered = clock.millis();
    return theirs - (asked + (answered - asked) / 2);
  }

  private static byte[] time(long millis) {
    return ByteBuffer.allocate(Long.BYTES).putLong(millis).array();
  }

  @Override
  public void close() {
    rounds.shutdownNow();
    questions.shutdownNow();
  }
}
