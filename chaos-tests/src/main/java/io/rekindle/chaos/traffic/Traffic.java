package io.rekindle.chaos.traffic;

import io.rekindle.chaos.cluster.ChaosNode;
import io.rekindle.chaos.history.Phase;
import io.rekindle.chaos.history.Recorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** Some clients of each tenant, at a bounded rate, until it is stopped. */
public final class Traffic {
  private static final int CLIENTS_PER_TENANT = 2;
  private static final Duration INTERVAL = Duration.ofMillis(50);

  /** Of several nodes, which share the cores of one machine. */
  private static final Duration INTERVAL_OF_SEVERAL = Duration.ofMillis(100);

  private static final Duration DEADLINE = Duration.ofSeconds(5);

  private final AtomicBoolean going = new AtomicBoolean(true);
  private final ConcurrentLinkedQueue<Throwable> wrong = new ConcurrentLinkedQueue<>();
  private final List<Thread> threads = new ArrayList<>();

  private Traffic() {}

  public static Traffic start(
      Mix mix, long seed, List<ChaosNode> nodes, List<Tenant> tenants, Recorder recorder) {
    Traffic traffic = new Traffic();
    int number = 0;
    for (int i = 0; i < CLIENTS_PER_TENANT; i++) {
      for (Tenant tenant : tenants) {
        traffic.add(new Plan(mix, seed, number), number++, nodes, tenant, recorder);
      }
    }
    traffic.threads.forEach(Thread::start);
    return traffic;
  }

  private void add(Plan plan, int number, List<ChaosNode> nodes, Tenant tenant, Recorder recorder) {
    TrafficClient client =
        new TrafficClient(
            plan,
            new Doors(nodes, tenant.apiKey(), DEADLINE, number),
            new RecordedCalls(recorder, Phase.TRAFFIC, number, tenant),
            tenant.namespace(),
            nodes.size() > 1 ? INTERVAL_OF_SEVERAL : INTERVAL,
            going::get);
    threads.add(
        Thread.ofPlatform()
            .name("client-" + number)
            .uncaughtExceptionHandler((_, e) -> wrong.add(e))
            .unstarted(client));
  }

  /** Tells every client to stop, and does not wait. */
  public void abandon() {
    going.set(false);
  }

  /** Lets every client end what it has begun. */
  public void stop() {
    abandon();
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!wrong.isEmpty()) {
      throw new IllegalStateException("a client of the traffic failed", wrong.peek());
    }
  }
}
