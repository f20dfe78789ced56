package io.rekindle.chaos.fault;

import io.rekindle.chaos.cluster.ChaosNode;
import io.rekindle.chaos.cluster.Cluster;
import io.rekindle.client.RekindleClient;
import io.rekindle.client.RekindleClientException;
import java.time.Duration;
import java.util.Random;

/**
 * The disk fills up: to below the reserve, where writes are refused, or to the last byte, where an
 * engine may fail and its process end, as it is documented. Then there is room again.
 */
public final class FillDisk implements Fault {
  private static final long BELOW_RESERVE_BYTES = 24L << 20;
  private static final int FULL_MILLIS_MAX = 4_000;
  private static final int ENGINE_FAILED = 3;

  /** An engine that failed is given half a minute to stop. */
  private static final Duration END_WITHIN = Duration.ofSeconds(40);

  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final SmallDisk disk;
  private final boolean toTheLastByte;

  private FillDisk(SmallDisk disk, boolean toTheLastByte) {
    this.disk = disk;
    this.toTheLastByte = toTheLastByte;
  }

  /** Writes are refused, and everything else goes on. */
  public static FillDisk belowTheReserve(SmallDisk disk) {
    return new FillDisk(disk, false);
  }

  /** Nothing can be written any more, the log and the audit included. */
  public static FillDisk toTheLastByte(SmallDisk disk) {
    return new FillDisk(disk, true);
  }

  @Override
  public String name() {
    return toTheLastByte ? "full disk" : "disk below its reserve";
  }

  @Override
  public FaultEvent strike(Cluster cluster, Random random) {
    ChaosNode node = Fault.victim(cluster, random);
    long broken = System.nanoTime();
    disk.fillUpTo(toTheLastByte ? 0 : BELOW_RESERVE_BYTES);
    Fault.hold(random.nextInt(FULL_MILLIS_MAX));
    disk.free();
    long mended = System.nanoTime();
    if (toTheLastByte) {
      awaitEndOrAnswer(cluster, node);
    }
    if (node.isAlive()) {
      return new FaultEvent(name(), node.number(), broken, mended, mended);
    }
    if (node.exitCode() != ENGINE_FAILED) {
      throw new IllegalStateException(
          "node %d ended with %d on a full disk: %s"
              .formatted(node.number(), node.exitCode(), node.lastSentence()));
    }
    mended = System.nanoTime();
    node.start();
    return new FaultEvent(name(), node.number(), broken, mended, System.nanoTime());
  }

  private static void awaitEndOrAnswer(Cluster cluster, ChaosNode node) {
    long end = System.nanoTime() + END_WITHIN.toNanos();
    while (node.isAlive() && System.nanoTime() < end && !answers(cluster, node)) {
      Fault.hold(200);
    }
  }

  private static boolean answers(Cluster cluster, ChaosNode node) {
    try (RekindleClient client = node.connect(cluster.adminKey(), PATIENCE)) {
      return client.cluster().whoAmI().execute().hasApiKey();
    } catch (RekindleClientException e) {
      return false;
    }
  }
}
