package io.rekindle.node.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Over a clock of its own, in seconds. */
class KeyLeaseTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final int LEASE = 60;
  private static final int GRACE = 3_600;
  private static final KeyLease.Settings SETTINGS =
      new KeyLease.Settings(Duration.ofSeconds(LEASE), Duration.ofSeconds(GRACE));

  /** What happened, at which second. */
  private record Event(String what, double at) {}

  /** A provider that answers by the time, and a node that does what the lease says. */
  private static final class World implements KeyLease.Holder {
    private final List<Event> events = new ArrayList<>();
    private final LongFunction<Probe> answers;
    private final double answerSeconds;
    private final KeyLease lease;
    private long now = 1_000_000 * SECOND;
    private final long began = now;

    World(LongFunction<Probe> answers, double answerSeconds) {
      this(answers, answerSeconds, true);
    }

    World(LongFunction<Probe> answers, double answerSeconds, boolean unwrapped) {
      this.answers = answers;
      this.answerSeconds = answerSeconds;
      lease =
          new KeyLease(
              this::answer,
              () -> happened("login"),
              this,
              SETTINGS,
              () -> now,
              unwrapped ? now : null);
    }

    private double seconds() {
      return (now - began) / (double) SECOND;
    }

    private Probe answer() {
      Probe answer = answers.apply((long) seconds());
      happened(answer.name());
      now += (long) (answerSeconds * SECOND);
      return answer;
    }

    private void happened(String what) {
      events.add(new Event(what, seconds()));
    }

    @Override
    public void lock(Probe because) {
      happened("lock " + because);
    }

    @Override
    public void unlock() {
      happened("unlock");
    }

    @Override
    public void doubt(Probe because, Duration graceLeft) {
      assertThat(graceLeft).isPositive();
    }

    /** The seconds of what happened. */
    List<Double> of(String what) {
      return events.stream().filter(e -> e.what().equals(what)).map(Event::at).toList();
    }

    World run(int untilSeconds) {
      Duration pause = lease.locked() == null ? lease.first() : Duration.ZERO;
      while (seconds() + pause.toNanos() / (double) SECOND <= untilSeconds) {
        now += pause.toNanos();
        pause = lease.step();
      }
      return this;
    }
  }

  private static World world(LongFunction<Probe> answers) {
    return new World(answers, 0);
  }

  @Test
  void aKeyThatIsUnwrappedIsProvedWithinEachLease() {
    World world = world(_ -> Probe.OK).run(600);
    assertThat(world.of("OK")).hasSize(600 / (LEASE - 2));
    assertThat(world.of("lock REVOKED")).isEmpty();
    assertThat(world.lease.proved()).isLessThanOrEqualTo(Duration.ofSeconds(LEASE));
  }

  @Test
  void aRevokedKeyIsLockedWithinItsLeaseAndASecondWheneverThatIs() {
    for (int at = 0; at <= 200; at++) {
      int revoked = at;
      World world = world(t -> t >= revoked ? Probe.REVOKED : Probe.OK).run(400);
      List<Double> locks = world.of("lock REVOKED");
      assertThat(locks).hasSize(1);
      assertThat(locks.getFirst()).isLessThanOrEqualTo(revoked + LEASE + 1);
    }
  }

  /** As of a tenant, at the start of a node. */
  @Test
  void aKeyThatWasNotUnwrappedYetIsLockedUntilItIsAndLikeAnyOtherFromThenOn() {
    World world = new World(t -> t >= 30 && t < 200 ? Probe.OK : Probe.REVOKED, 0, false);
    assertThat(world.lease.locked()).isEqualTo(Probe.UNREACHABLE);
    world.run(20);
    assertThat(world.lease.locked()).as("what was answered").isEqualTo(Probe.REVOKED);
    assertThat(world.of("unlock")).isEmpty();
    assertThat(world.of("REVOKED").getFirst()).as("asked at once").isZero();
    world.run(150);
    assertThat(world.lease.locked()).isNull();
    assertThat(world.of("unlock")).hasSize(1);
    assertThat(world.of("lock REVOKED")).as("it was locked before").isEmpty();
    world.run(400);
    assertThat(world.of("lock REVOKED"))
        .singleElement()
        .satisfies(at -> assertThat(at).isBetween(200.0, 200.0 + LEASE + 1));
  }

  @Test
  void aRefusalIsConfirmedTwoSecondsLaterAfterAFreshLogin() {
    World world = world(_ -> Probe.REVOKED).run(LEASE);
    assertThat(world.events)
        .containsExactly(
            new Event("REVOKED", LEASE - 2),
            new Event("login", LEASE - 2),
            new Event("REVOKED", LEASE),
            new Event("lock REVOKED", LEASE));
  }

  @Test
  void oneRefusalLocksNobodyAndNeitherDoesAProviderThatRefusesNowAndThen() {
    assertThat(world(t -> t == LEASE - 2 ? Probe.REVOKED : Probe.OK).run(600).events)
        .extracting(Event::what)
        .doesNotContain("lock REVOKED");
    int[] asked = {0};
    World flapping = world(_ -> asked[0]++ % 2 == 0 ? Probe.REVOKED : Probe.OK).run(GRACE);
    assertThat(flapping.of("lock REVOKED")).isEmpty();
    assertThat(flapping.of("OK")).hasSizeGreaterThan(50);
  }

  @Test
  void aKeyThatIsOutOfReachIsLockedAfterItsGraceAndNotBefore() {
    World world = world(_ -> Probe.UNREACHABLE).run(2 * GRACE);
    assertThat(world.of("lock UNREACHABLE")).containsExactly((double) GRACE);
  }

  @Test
  void aRefusalInTheMiddleOfAnOutageIsOne() {
    World world = world(t -> t < 300 ? Probe.UNREACHABLE : Probe.REVOKED).run(400);
    assertThat(world.of("lock REVOKED")).hasSize(1);
    assertThat(world.of("lock REVOKED").getFirst()).isLessThanOrEqualTo(300 + 10 + 2);
    World broken = world(t -> t % 20 < 10 ? Probe.UNREACHABLE : Probe.REVOKED).run(LEASE + 60);
    assertThat(broken.of("lock REVOKED")).as("an outage is no proof").hasSize(1);
  }

  @Test
  void whatIsUnwrappedAgainIsUnlockedSoon() {
    World world = world(t -> t >= 100 && t < 500 ? Probe.REVOKED : Probe.OK).run(900);
    assertThat(world.of("lock REVOKED")).hasSize(1);
    assertThat(world.of("unlock")).hasSize(1);
    assertThat(world.of("unlock").getFirst()).isBetween(500.0, 510.0);
    World away = world(t -> t < GRACE + 100 ? Probe.UNREACHABLE : Probe.OK).run(GRACE + 200);
    assertThat(away.of("unlock").getFirst()).isBetween(GRACE + 100.0, GRACE + 110.0);
  }

  /** An answer that does not come locks as none does. */
  @Test
  void aStepThatHangsIsLockedAfterTheGrace() {
    World world = world(_ -> Probe.OK);
    world.now += GRACE * SECOND - 1;
    assertThat(world.lease.expire()).isEqualTo(Duration.ofNanos(1));
    assertThat(world.lease.locked()).isNull();
    world.now += 1;
    world.lease.expire();
    world.lease.expire();
    assertThat(world.of("lock UNREACHABLE")).containsExactly((double) GRACE);
    world.lease.step();
    assertThat(world.of("unlock")).hasSize(1);
    World late = new World(_ -> Probe.OK, GRACE);
    late.lease.step();
    assertThat(late.lease.proved()).as("it says how things were").isEqualTo(Duration.ofHours(1));
  }

  @Test
  void theLeaseBeginsWithTheUnwrapAndNotWithTheWatch() {
    long[] now = {100 * SECOND};
    World other = world(_ -> Probe.OK);
    KeyLease lease =
        new KeyLease(() -> Probe.OK, () -> {}, other, SETTINGS, () -> now[0], 70 * SECOND);
    assertThat(lease.first()).isEqualTo(Duration.ofSeconds(LEASE - 2 - 30));
    now[0] = 1_000 * SECOND;
    assertThat(lease.first()).isZero();
  }

  @Test
  void whileItIsLockedEachRefusalIsOfAFreshLogin() {
    World world = world(_ -> Probe.REVOKED).run(LEASE + 35);
    assertThat(world.of("login")).hasSize(4);
  }

  /** Of any history: who locks has seen two refusals, or an hour without a proof. */
  @Test
  void nobodyIsLockedWithoutAReason() {
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      Probe[] minutes = new Probe[200];
      double[] weights = {random.nextDouble(), random.nextDouble(), random.nextDouble()};
      for (int i = 0; i < minutes.length; i++) {
        minutes[i] = drawn(random, weights);
      }
      int stretch = 1 + random.nextInt(100);
      World world =
          new World(t -> minutes[(int) (t / stretch % minutes.length)], random.nextDouble());
      world.run(2 * GRACE);
      assertReasons(world, seed);
    }
  }

  private static Probe drawn(Random random, double[] weights) {
    double draw = random.nextDouble() * (weights[0] + weights[1] + weights[2]);
    if (draw < weights[0]) {
      return Probe.OK;
    }
    return draw < weights[0] + weights[1] ? Probe.REVOKED : Probe.UNREACHABLE;
  }

  private static void assertReasons(World world, int seed) {
    double proved = 0;
    List<Double> refusals = new ArrayList<>();
    boolean fresh = false;
    boolean locked = false;
    for (Event event : world.events) {
      switch (event.what()) {
        case "OK" -> {
          proved = event.at();
          refusals.clear();
          fresh = false;
        }
        case "REVOKED" -> refusals.add(event.at());
        case "login" -> fresh = true;
        case "lock REVOKED" -> {
          assertThat(refusals).as("seed %d", seed).hasSizeGreaterThanOrEqualTo(2);
          assertThat(refusals.getLast() - refusals.getFirst()).isGreaterThanOrEqualTo(2);
          assertThat(fresh).isTrue();
          assertThat(locked).isFalse();
          locked = true;
        }
        case "lock UNREACHABLE" -> {
          assertThat(event.at() - proved).as("seed %d", seed).isGreaterThanOrEqualTo(GRACE);
          assertThat(locked).isFalse();
          locked = true;
        }
        case "unlock" -> {
          assertThat(locked).isTrue();
          locked = false;
        }
        default -> assertThat(event.what()).isEqualTo("UNREACHABLE");
      }
    }
    assertThat(world.lease.locked() != null).isEqualTo(locked);
  }

  @ParameterizedTest
  @CsvSource({
    "PT4.9S, PT1H, rekindle.keys.lease may be 5 seconds",
    "PT2H, PT1H, rekindle.keys.lease may be 5 seconds",
    "PT1M, PT24H1S, rekindle.keys.grace may be a day",
  })
  void durationsHaveRanges(String lease, String grace, String sentence, @TempDir Path folder)
      throws IOException {
    Map<String, String> values = Map.of("rekindle.keys.lease", lease, "rekindle.keys.grace", grace);
    var keys = NodeConfigLoader.load(folder, values).keys();
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> KeyLease.Settings.of(keys))
        .withMessageContaining(sentence);
  }
}
