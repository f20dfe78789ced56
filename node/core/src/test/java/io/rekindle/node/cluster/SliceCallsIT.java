package io.rekindle.node.cluster;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.cluster.SliceCalls.Lane;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.NodeReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.ignite.Ignite;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;
import org.apache.ignite.spi.discovery.tcp.internal.TcpDiscoveryNode;
import org.apache.ignite.spi.discovery.tcp.ipfinder.vm.TcpDiscoveryVmIpFinder;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes of one cluster in this process. */
@Timeout(120)
class SliceCallsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final byte[] BODY = {1, 2, 3};

  @TempDir static Path folder;

  private static TestEngine firstFolder;
  private static TestEngine secondFolder;
  private static RunningIgnite first;
  private static RunningIgnite second;
  private static SliceCalls calls;
  private static ClusterNode there;

  @BeforeAll
  static void start() throws IOException {
    firstFolder = TestEngine.open(folder.resolve("1"), Map.of());
    first = firstFolder.start(EngineIT.memories());
    secondFolder = TestEngine.join(folder.resolve("2"), firstFolder);
    IgniteConfiguration configuration = secondFolder.configuration(null, EngineIT.memories());
    int port = ((TcpDiscoveryNode) first.ignite().cluster().localNode()).discoveryPort();
    ((TcpDiscoverySpi) configuration.getDiscoverySpi())
        .setIpFinder(new TcpDiscoveryVmIpFinder().setAddresses(List.of("127.0.0.1:" + port)));
    second = RunningIgnite.start(configuration);
    calls = SliceCalls.of(first.ignite());
    there = second.ignite().cluster().localNode();
  }

  @AfterAll
  static void stop() {
    second.close();
    first.close();
    secondFolder.close();
    firstFolder.close();
  }

  @Test
  void aCallRunsThereOnAnExecutorOfItsOwn() {
    AtomicReference<String> thread = new AtomicReference<>("");
    SliceCalls.of(second.ignite())
        .register(
            "reverse",
            body -> {
              thread.set(Thread.currentThread().getName());
              return new byte[] {body[2], body[1], body[0]};
            });
    assertThat(calls.call(there, "reverse", BODY, PATIENCE)).containsExactly(3, 2, 1);
    assertThat(thread.get()).startsWith("slice-calls");
  }

  /** More batches than there are threads for keep nobody waiting who asks for little. */
  @Test
  void whatTakesLongHasThreadsOfItsOwn() throws Exception {
    int batches = 3 * secondFolder.config().embedding().takenMax();
    CountDownLatch release = new CountDownLatch(1);
    AtomicReference<String> thread = new AtomicReference<>("");
    SliceCalls.of(second.ignite())
        .register(
            "batch",
            body -> {
              thread.set(Thread.currentThread().getName());
              try {
                release.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return body;
            });
    SliceCalls.of(second.ignite()).register("small", body -> body);
    List<CompletableFuture<byte[]>> slow = new ArrayList<>();
    for (int i = 0; i < batches; i++) {
      slow.add(
          CompletableFuture.supplyAsync(
              () -> calls.call(Lane.EMBEDDING, there, "batch", BODY, PATIENCE),
              task -> Thread.ofPlatform().daemon().start(task)));
    }
    for (int i = 0; i < 20; i++) {
      assertThat(calls.call(there, "small", BODY, PATIENCE)).isEqualTo(BODY);
    }
    assertThat(slow).noneMatch(CompletableFuture::isDone);
    release.countDown();
    for (CompletableFuture<byte[]> each : slow) {
      assertThat(each.get()).isEqualTo(BODY);
    }
    assertThat(thread.get()).startsWith("embed-calls");
  }

  @Test
  void aCallToThisNodeRunsOnTheCallersThreadWithTheSameBytes() {
    AtomicReference<byte[]> seen = new AtomicReference<>(new byte[0]);
    AtomicReference<Thread> thread = new AtomicReference<>();
    calls.register(
        "here",
        body -> {
          seen.set(body);
          thread.set(Thread.currentThread());
          return body;
        });
    calls.call(first.ignite().cluster().localNode(), "here", BODY, PATIENCE);
    assertThat(seen.get()).isSameAs(BODY);
    assertThat(thread.get()).isSameAs(Thread.currentThread());
  }

  @Test
  void aCallToAPartitionRunsWhereItsPrimaryCopyIs() {
    for (Ignite ignite : List.of(first.ignite(), second.ignite())) {
      SliceCalls.of(ignite).register("who", _ -> new byte[] {(byte) nodeNumber(ignite)});
    }
    for (int partition = 0; partition < 4; partition++) {
      ClusterNode primary = first.ignite().affinity("memory").mapPartitionToNode(partition);
      byte[] answer = calls.callPrimary(List.of("memory"), partition, "who", BODY, PATIENCE);
      assertThat((int) answer[0])
          .isEqualTo(requireNonNull(primary).id().equals(there.id()) ? 2 : 1);
    }
  }

  @Test
  void anErrorThereArrivesAsWhatItWas() {
    SliceCalls.of(second.ignite())
        .register(
            "conflict",
            _ -> {
              throw new RekindleException(ErrorCode.VERSION_CONFLICT, "no", Map.of("version", "3"));
            });
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> calls.call(there, "conflict", BODY, PATIENCE))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_CONFLICT))
        .satisfies(e -> assertThat(e.details()).containsEntry("version", "3"));
  }

  @Test
  void anOperationThatIsNotKnownThereIsNotReady() {
    assertRefused(ErrorCode.NOT_READY, () -> calls.call(there, "unknown", BODY, PATIENCE));
  }

  @Test
  void aCallThatTakesTooLongEndsForTheCaller() {
    CountDownLatch release = new CountDownLatch(1);
    SliceCalls.of(second.ignite())
        .register(
            "slow",
            body -> {
              try {
                release.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return body;
            });
    assertRefused(
        ErrorCode.DEADLINE_EXCEEDED, () -> calls.call(there, "slow", BODY, Duration.ofMillis(100)));
    release.countDown();
  }

  @Test
  void callsThatTakeLongKeepNoThreadFromOthers() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(2);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    SliceCalls.of(second.ignite())
        .register(
            "long",
            body -> {
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
              begun.countDown();
              try {
                release.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              running.decrementAndGet();
              return body;
            });
    SliceCalls.of(second.ignite()).register("short", body -> body);
    first.ignite().cluster().setBaselineTopology(first.ignite().cluster().topologyVersion());
    AllNodes all =
        new AllNodes(
            first.ignite(),
            new Membership(first.ignite()),
            new Baseline(first.ignite(), new Membership(first.ignite())));
    all.register("long", body -> body);
    List<CompletableFuture<Map<String, byte[]>>> asked = new ArrayList<>();
    // More than there are threads for other calls.
    for (int i = 0; i < 20; i++) {
      asked.add(
          CompletableFuture.supplyAsync(
              () -> all.ask("long", BODY, PATIENCE),
              task -> Thread.ofPlatform().daemon().start(task)));
    }
    begun.await();
    for (int i = 0; i < 20; i++) {
      assertThat(calls.call(there, "short", BODY, PATIENCE)).isEqualTo(BODY);
    }
    release.countDown();
    for (CompletableFuture<Map<String, byte[]>> one : asked) {
      assertThat(one.join()).hasSize(2);
    }
    assertThat(most).hasValue(2);
  }

  private static int nodeNumber(Ignite ignite) {
    return ignite.cluster().localNode().id().equals(there.id()) ? 2 : 1;
  }

  private static void assertRefused(ErrorCode code, ThrowingCallable call) {
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(call)
        .satisfies(e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void aNodeThatDoesNotSayHowItIsStandsThereAsSilent() {
    Map<String, String> facts = Map.of("a", "1", "b", "[x, y]");
    String other = String.valueOf(there.consistentId());
    try (NodeReports asking = new NodeReports(first.ignite(), calls, () -> facts)) {
      List<NodeReport> silent =
          List.of(new NodeReport(asking.self(), facts), new NodeReport(other, Map.of()));
      assertThat(asking.all()).containsExactlyInAnyOrderElementsOf(silent);

      try (NodeReports asked =
          new NodeReports(
              second.ignite(), SliceCalls.of(second.ignite()), () -> Map.of("a", "2"))) {
        assertThat(asked.self()).isEqualTo(other);
        assertThat(asking.all())
            .contains(new NodeReport(other, Map.of("a", "2")))
            .allMatch(NodeReport::answered)
            .isEqualTo(asked.all());
      }
    }
  }
}
