package io.rekindle.node.bootstrap;

import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.keyring.TenantKey;
import io.rekindle.node.keyring.WrappedTenantKey;
import io.rekindle.node.keyring.WrappedTenantKey.Tenant;
import io.rekindle.node.kms.KeyLease;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.model.NamespacePath;
import java.time.Duration;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key of one tenant in this process, under a lease of its own. It begins locked, and is
 * unwrapped at once; it ends when the tenant has no such key any more. Thread-safe.
 */
final class HeldTenantKey implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HeldTenantKey.class);

  /** Pauses that are shorter are of a key that is in doubt. */
  private static final Duration SPREAD_FROM = Duration.ofSeconds(20);

  /** How much earlier a lease may be proved, at most. */
  private static final int SPREAD_PERMILLE = 100;

  private final RandomGenerator random = new SplittableRandom();
  private final Tenant tenant;
  private final long id;
  private final Supplier<@Nullable WrappedTenantKey> stored;
  private final CustomerKeys customers;
  private final User user;
  private final Runnable gone;
  private final KeyLease lease;
  private final KeyWatch watch;
  private final CountDownLatch asked = new CountDownLatch(1);

  /** Whoever comes before that waits for the first answer; then it counts as none. */
  private final long answerBy;

  private volatile boolean closed;
  private volatile @Nullable TenantKey key;
  private volatile String lastReason = "";

  /** Of the step that is under way, and of its thread. */
  private @Nullable TenantKey proved;

  /** What is told of a key. Called by its watch. */
  interface User {
    /** Nothing opens any more that takes this key. */
    void locked(NamespacePath root, Probe because);

    /** It opens again; not called for the first time. */
    void unlocked(NamespacePath root);
  }

  /**
   * Begins to ask for it.
   *
   * @param id of the key
   * @param stored how it is wrapped now, or the key that has taken its place, or null
   * @param gone told when it is not there any more, to close this
   */
  HeldTenantKey(
      Tenant tenant,
      long id,
      Supplier<@Nullable WrappedTenantKey> stored,
      CustomerKeys customers,
      KeyLease.Settings settings,
      Duration firstWait,
      User user,
      Runnable gone) {
    this.answerBy = System.nanoTime() + firstWait.toNanos();
    this.tenant = tenant;
    this.id = id;
    this.stored = stored;
    this.customers = customers;
    this.user = user;
    this.gone = gone;
    this.lease =
        new KeyLease(this::prove, this::logOut, new Holder(), settings, System::nanoTime, null);
    this.watch = KeyWatch.start(Thread.ofVirtual(), "tenant-key", lease, this::step);
  }

  private final class Holder implements KeyLease.Holder {
    @Override
    public void lock(Probe because) {
      TenantKey taken = key;
      key = null;
      if (taken != null) {
        taken.close();
      }
      tellLocked(because);
    }

    @Override
    public void unlock() {
      TenantKey opened = Objects.requireNonNull(proved);
      proved = null;
      key = opened;
      if (closed) {
        opened.close(); // Who closes has not seen it, perhaps; and nothing comes back.
        return;
      }
      if (asked.getCount() == 0) {
        LOG.atWarn()
            .addKeyValue("namespace", tenant.root())
            .log("the customer's key of a tenant is back: the tenant is unlocked");
        user.unlocked(tenant.root());
      }
    }

    @Override
    public void doubt(Probe because, Duration graceLeft) {
      LOG.atWarn()
          .addKeyValue("namespace", tenant.root())
          .addKeyValue("answer", because)
          .addKeyValue("reason", lastReason)
          .addKeyValue("graceLeft", graceLeft)
          .log("the customer's key of a tenant was not proved");
    }
  }

  private void tellLocked(Probe because) {
    if (closed) {
      return; // The engine stops; that is nobody's refusal.
    }
    LOG.atError()
        .addKeyValue("namespace", tenant.root())
        .addKeyValue("answer", because)
        .addKeyValue("reason", lastReason)
        .log("the customer's key of a tenant is not to be had: the tenant is locked");
    user.locked(tenant.root(), because);
  }

  private Duration step() {
    boolean first = asked.getCount() > 0;
    try {
      if (isGone()) {
        gone.run();
        return Duration.ZERO;
      }
      return spread(lease.step());
    } finally {
      TenantKey left = proved;
      proved = null;
      if (left != null) {
        left.close();
      }
      asked.countDown();
      Probe locked = lease.locked();
      if (first && locked != null) {
        tellLocked(locked);
      }
    }
  }

  /** A little earlier, so that tenants whose leases began together do not ask together for ever. */
  private Duration spread(Duration pause) {
    boolean isLease = lease.locked() == null && pause.compareTo(SPREAD_FROM) > 0;
    return isLease
        ? pause.minus(pause.multipliedBy(random.nextInt(SPREAD_PERMILLE)).dividedBy(1_000))
        : pause;
  }

  /** Whether it is this key. */
  boolean is(long other) {
    return id == other;
  }

  /** Whether the root is gone, and perhaps made anew; one that can't be read is not. */
  private boolean isGone() {
    try {
      WrappedTenantKey wrapped = stored.get();
      return wrapped == null || !is(wrapped.id());
    } catch (RuntimeException e) {
      return false;
    }
  }

  /** With the settings that the configuration has now, if those of before get nowhere. */
  private Probe prove() {
    WrappedTenantKey wrapped = find();
    if (wrapped == null) {
      return Probe.UNREACHABLE;
    }
    String name = wrapped.customerKey();
    Probe probe = prove(wrapped, () -> customers.get(name));
    if (probe == Probe.OK) {
      return probe;
    }
    String reason = lastReason;
    if (customers.follow(name, other -> prove(wrapped, () -> other) == Probe.OK)) {
      return Probe.OK;
    }
    // What is in use is what counts: other settings may just be wrong.
    lastReason = reason;
    return probe;
  }

  private @Nullable WrappedTenantKey find() {
    try {
      WrappedTenantKey wrapped = stored.get();
      lastReason = wrapped == null ? "the root namespace has no key of its own" : "";
      return wrapped;
    } catch (RuntimeException e) {
      lastReason = e.getClass().getSimpleName();
      LOG.atWarn().setCause(e).log("the wrapped key of a tenant could not be read");
      return null;
    }
  }

  @SuppressWarnings("CatchingUnchecked") // A fault of a vendor's library says nothing of the key.
  private Probe prove(WrappedTenantKey wrapped, Supplier<KeyManagementService> by) {
    try {
      proved = wrapped.unwrap(tenant, by.get());
      lastReason = "";
      return Probe.OK;
    } catch (KeyManagementException e) {
      lastReason = e.reason() == null ? String.valueOf(e.getMessage()) : e.reason();
      // Of what it unwrapped before, it says that it is not its own: a wrong answer.
      return e.probe() == Probe.OK ? Probe.UNREACHABLE : e.probe();
    } catch (StartRefusedException e) {
      lastReason = String.valueOf(e.getMessage());
      return Probe.UNREACHABLE;
    } catch (Throwable e) {
      lastReason = e.getClass().getSimpleName();
      LOG.atWarn().setCause(e).log("the key of a tenant could not be proved");
      return Probe.UNREACHABLE;
    }
  }

  private void logOut() {
    WrappedTenantKey wrapped = stored.get();
    if (wrapped != null) {
      KeyManagementService kms = customers.get(wrapped.customerKey());
      kms.logOut();
    }
  }

  /**
   * The key; the first answer is waited for, in bounds, and nothing afterwards.
   *
   * @throws io.rekindle.node.error.RekindleException KEY_REVOKED
   */
  TenantKey get() {
    TenantKey held = key;
    if (held == null && awaitFirst()) {
      held = key;
    }
    if (held == null) {
      throw TenantKey.revoked(tenant.root());
    }
    return held;
  }

  private boolean awaitFirst() {
    try {
      return asked.await(answerBy - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Why it is locked; null when it is not, or the first answer is still waited for. */
  @Nullable Probe locked() {
    return asked.getCount() > 0 && System.nanoTime() - answerBy < 0 ? null : lease.locked();
  }

  /** Why it was not proved when it was asked last; empty when it was. */
  String doubt() {
    return lastReason;
  }

  /** What it has opened opens nothing any more. */
  @Override
  public void close() {
    closed = true;
    watch.close();
    TenantKey held = key;
    key = null;
    if (held != null) {
      held.close();
    }
  }
}
