package io.rekindle.chaos.fault;

import io.rekindle.chaos.cluster.ChaosNode;
import io.rekindle.chaos.cluster.Cluster;
import io.rekindle.client.RekindleClient;
import io.rekindle.client.RekindleClientException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * SIGKILL after the cluster key was replaced, and the keys of pages with it, or in the middle of
 * that. Of a database that lets Ignite change its master key this is how what was acknowledged
 * under the new keys is lost: the log has both changes, and nothing was written to its place yet.
 */
public final class KillWithNewKeys implements Fault {
  /** Pages are sealed anew in the background; meanwhile keys are not replaced again. */
  private static final Duration REFUSED_MAX = Duration.ofSeconds(60);

  private static final int AGAIN_MILLIS = 250;
  private static final int FLOW_MILLIS_MIN = 50;
  private static final int FLOW_MILLIS_MAX = 800;
  private static final int WITHIN_MILLIS_MAX = 2_000;
  private static final int AWAY_MILLIS_MAX = 1_500;

  /** When it strikes. */
  public enum Moment {
    /** All nodes at once, which have only their logs. */
    AFTER("kill -9 of all after new keys"),
    /** One of them. */
    WITHIN("kill -9 within new keys");

    private final String faultName;

    Moment(String faultName) {
      this.faultName = faultName;
    }
  }

  private final Moment moment;

  public KillWithNewKeys(Moment moment) {
    this.moment = moment;
  }

  @Override
  public String name() {
    return moment.faultName;
  }

  @Override
  public FaultEvent strike(Cluster cluster, Random random) {
    return moment == Moment.AFTER ? after(cluster, random) : within(cluster, random);
  }

  private FaultEvent after(Cluster cluster, Random random) {
    replace(cluster);
    Fault.hold(random.nextInt(FLOW_MILLIS_MIN, FLOW_MILLIS_MAX));
    long broken = System.nanoTime();
    cluster.nodes().forEach(ChaosNode::kill);
    long mended = System.nanoTime();
    cluster.bringBack(cluster.nodes());
    return new FaultEvent(name(), 0, broken, mended, System.nanoTime());
  }

  private FaultEvent within(Cluster cluster, Random random) {
    ChaosNode victim = Fault.victim(cluster, random);
    CompletableFuture<Boolean> replacing = replacing(cluster);
    Fault.hold(random.nextInt(WITHIN_MILLIS_MAX));
    long until = System.nanoTime() + REFUSED_MAX.toNanos();
    // One that was refused is no replacement; the next is killed while it may be.
    while (replacing.isDone() && !replacing.join() && System.nanoTime() < until) {
      replacing = replacing(cluster);
      Fault.hold(random.nextInt(WITHIN_MILLIS_MAX));
    }
    long broken = System.nanoTime();
    victim.kill();
    // It ends with an answer or without one: what becomes of the keys is what the next start shows.
    var _ = replacing.join();
    Fault.hold(random.nextInt(AWAY_MILLIS_MAX));
    long mended = System.nanoTime();
    cluster.bringBack(List.of(victim));
    return new FaultEvent(name(), victim.number(), broken, mended, System.nanoTime());
  }

  private static CompletableFuture<Boolean> replacing(Cluster cluster) {
    return CompletableFuture.supplyAsync(
        () -> isReplaced(cluster), task -> Thread.ofPlatform().daemon().start(task));
  }

  private static void replace(Cluster cluster) {
    long until = System.nanoTime() + REFUSED_MAX.toNanos();
    while (!isReplaced(cluster)) {
      if (System.nanoTime() > until) {
        throw new IllegalStateException("the cluster key was not replaced in time");
      }
      Fault.hold(AGAIN_MILLIS);
    }
  }

  private static boolean isReplaced(Cluster cluster) {
    try (RekindleClient administrator = cluster.administrator()) {
      return !administrator.keys().replaceCluster().execute().getGeneration().isEmpty();
    } catch (RekindleClientException e) {
      return false;
    }
  }
}
