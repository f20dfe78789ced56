package io.rekindle.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCluster;
import org.apache.ignite.IgniteException;
import org.apache.ignite.cluster.ClusterGroup;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.cluster.ClusterState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A founder that is alone in a ring, and that ring's answers to its wish to begin. */
@Timeout(60) // So that what waits for ever ends the build.
class ClusterStartTest {
  private final AtomicReference<ClusterState> state = new AtomicReference<>(ClusterState.INACTIVE);

  @Test
  void aRingThatAnswersBegins() {
    Ignite ignite = ringThat(() -> state.set(ClusterState.ACTIVE));
    assertThat(ClusterStart.await(ignite, 1, Duration.ofSeconds(30), () -> false)).isTrue();
  }

  @Test
  void aRingThatNeverAnswersIsGivenUpAndNobodyWaitsForItAnyMore() throws Exception {
    CountDownLatch gone = new CountDownLatch(1);
    Ignite ignite =
        ringThat(
            () -> {
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                gone.countDown();
              }
            });
    assertThat(ClusterStart.await(ignite, 1, Duration.ofMillis(50), () -> false)).isFalse();
    assertThat(gone.await(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aRingThatRefusesIsARefusal() {
    Ignite ignite =
        ringThat(
            () -> {
              throw new IgniteException("refused");
            });
    assertThatThrownBy(() -> ClusterStart.await(ignite, 1, Duration.ofSeconds(30), () -> false))
        .isInstanceOf(IgniteException.class)
        .hasMessage("refused");
  }

  @Test
  void whoGivesUpWaitsForNobodyAnyMore() {
    Ignite ignite = ringThat(() -> state.set(ClusterState.ACTIVE));
    AtomicInteger looks = new AtomicInteger();
    assertThat(
            ClusterStart.await(
                ignite, 2, Duration.ofSeconds(30), () -> looks.incrementAndGet() == 3))
        .isFalse();
    assertThat(state).hasValue(ClusterState.INACTIVE);
  }

  private Ignite ringThat(Runnable begins) {
    ClusterNode founder =
        answering(
            ClusterNode.class, Map.of("attribute", true, "order", 1L, "isLocal", true), () -> {});
    ClusterGroup servers =
        answering(ClusterGroup.class, Map.of("nodes", List.of(founder)), () -> {});
    IgniteCluster cluster =
        answering(IgniteCluster.class, Map.of("forServers", servers, "state", state), begins);
    return answering(Ignite.class, Map.of("cluster", cluster), () -> {});
  }

  /** Answers calls by name; one to change the state does what it was told. */
  private static <T> T answering(Class<T> type, Map<String, Object> answers, Runnable begins) {
    Object made =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> {
              if (method.getName().equals("state") && arguments != null) {
                begins.run();
                return null;
              }
              return answers.get(method.getName()) instanceof AtomicReference<?> held
                  ? held.get()
                  : answers.get(method.getName());
            });
    return type.cast(made);
  }
}
