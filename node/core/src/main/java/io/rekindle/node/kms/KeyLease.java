package io.rekindle.node.kms;

import io.rekindle.node.config.KeysConfig;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How long a node may use what the customer's key has unwrapped: until the key is proved again, by
 * unwrapping.
 *
 * <ul>
 *   <li>Refused twice, at least two seconds apart, the second time after a fresh login, and not
 *       unwrapped in between: locked. One wrong answer or one bad login is not enough.
 *   <li>Not reached for longer than the grace: locked, too.
 *   <li>Unwrapped again: unlocked.
 * </ul>
 *
 * A key that is refused from some moment on, by answers that come at once, is locked within the
 * lease. {@link #step()} is for one thread, which calls it as it says. It waits for the provider,
 * in bounds or not; so that no answer at all is none, another thread calls {@link #expire()}.
 */
public final class KeyLease {
  /** What one refusal has to be apart from the next. */
  static final Duration CONFIRM = Duration.ofSeconds(2);

  /** How often a key is asked for that is locked, or out of reach. */
  public static final Duration RETRY_MAX = Duration.ofSeconds(10);

  private static final Duration LEASE_MIN = Duration.ofSeconds(5);
  private static final Duration GRACE_MAX = Duration.ofDays(1);

  /**
   * How long is how long.
   *
   * @param lease 5 s to the grace
   * @param grace at most a day
   */
  public record Settings(Duration lease, Duration grace) {
    /**
     * As configured.
     *
     * @throws StartRefusedException when a duration is out of its range
     */
    public static Settings of(KeysConfig settings) {
      if (settings.grace().compareTo(GRACE_MAX) > 0) {
        throw new StartRefusedException("rekindle.keys.grace may be a day (PT24H) at most.");
      }
      if (settings.lease().compareTo(LEASE_MIN) < 0
          || settings.lease().compareTo(settings.grace()) > 0) {
        throw new StartRefusedException(
            "rekindle.keys.lease may be 5 seconds (PT5S) at least, and rekindle.keys.grace at"
                + " most.");
      }
      return new Settings(settings.lease(), settings.grace());
    }

    private Duration retry() {
      Duration half = lease.dividedBy(2);
      return half.compareTo(RETRY_MAX) < 0 ? half : RETRY_MAX;
    }
  }

  /** Who has what was unwrapped. Called by the threads of {@link #step()} and {@link #expire()}. */
  public interface Holder {
    /** It may not be used from now on. */
    void lock(Probe because);

    /** It may be used again: the last proof has unwrapped it. */
    void unlock();

    /** It may still be used, but was not proved. */
    void doubt(Probe because, Duration graceLeft);
  }

  private final Supplier<Probe> proof;
  private final Runnable logOut;
  private final Holder holder;
  private final Settings settings;
  private final LongSupplier nanos;

  private volatile long provedAt;
  private volatile @Nullable Probe locked;
  private @Nullable Long refusedAt;

  /**
   * Begins with a key that was unwrapped.
   *
   * @param unwrappedAt when that was begun, by {@code nanos}; null for one that was not, which is
   *     locked until it is
   * @param proof unwraps; OK only when what came out is the right key
   * @param logOut has the next proof begin with a fresh login
   * @param nanos a clock that never goes back
   */
  public KeyLease(
      Supplier<Probe> proof,
      Runnable logOut,
      Holder holder,
      Settings settings,
      LongSupplier nanos,
      @Nullable Long unwrappedAt) {
    this.proof = proof;
    this.logOut = logOut;
    this.holder = holder;
    this.settings = settings;
    this.nanos = nanos;
    this.provedAt = unwrappedAt == null ? nanos.getAsLong() : unwrappedAt;
    this.locked = unwrappedAt == null ? Probe.UNREACHABLE : null;
  }

  /** How long ago the last proof was begun that succeeded. */
  public Duration proved() {
    return Duration.ofNanos(nanos.getAsLong() - provedAt);
  }

  /** Why it is locked; null when it is not. */
  public @Nullable Probe locked() {
    return locked;
  }

  /** How long the first step has to wait. */
  public Duration first() {
    return positive(settings.lease.minus(CONFIRM).minus(proved()));
  }

  /**
   * Asks once.
   *
   * @return after which time to ask again
   */
  public Duration step() {
    long asked = nanos.getAsLong();
    return told(proof.get(), asked);
  }

  private synchronized Duration told(Probe probe, long asked) {
    return switch (probe) {
      case OK -> proved(asked);
      case REVOKED -> refused(nanos.getAsLong());
      case UNREACHABLE -> unreachable();
    };
  }

  /**
   * Locks what was not proved for as long as the grace, although a step may be waiting for its
   * answer.
   *
   * @return after which time to look again
   */
  public synchronized Duration expire() {
    if (locked == null && !graceLeft().isPositive()) {
      lock(Probe.UNREACHABLE);
    }
    return locked == null ? graceLeft() : settings.retry();
  }

  private Duration proved(long asked) {
    if (nanos.getAsLong() - asked >= settings.grace.toNanos()) {
      return Duration.ZERO; // It says how things were before the grace.
    }
    provedAt = asked;
    refusedAt = null;
    if (locked != null) {
      locked = null;
      holder.unlock();
    }
    return first();
  }

  private Duration refused(long now) {
    if (locked != null) {
      locked = Probe.REVOKED;
      logOut.run(); // What was mended may be another login's.
      return settings.retry();
    }
    Long first = refusedAt;
    if (first == null) {
      refusedAt = now;
      holder.doubt(Probe.REVOKED, graceLeft());
      logOut.run();
      return CONFIRM;
    }
    Duration early = CONFIRM.minusNanos(now - first);
    if (early.isPositive()) {
      return early;
    }
    return lock(Probe.REVOKED);
  }

  private Duration unreachable() {
    if (locked != null) {
      return settings.retry();
    }
    Duration left = graceLeft();
    if (!left.isPositive()) {
      return lock(Probe.UNREACHABLE);
    }
    holder.doubt(Probe.UNREACHABLE, left);
    return left.compareTo(settings.retry()) < 0 ? left : settings.retry();
  }

  private static Duration positive(Duration duration) {
    return duration.isNegative() ? Duration.ZERO : duration;
  }

  private Duration graceLeft() {
    return settings.grace.minus(proved());
  }

  private Duration lock(Probe because) {
    locked = because;
    refusedAt = null;
    holder.lock(because);
    return settings.retry();
  }
}
