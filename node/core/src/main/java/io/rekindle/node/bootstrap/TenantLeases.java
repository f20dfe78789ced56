package io.rekindle.node.bootstrap;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.keyring.TenantKey;
import io.rekindle.node.keyring.TenantKeys;
import io.rekindle.node.keyring.WrappedTenantKey;
import io.rekindle.node.keyring.WrappedTenantKey.Tenant;
import io.rekindle.node.kms.KeyLease;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.KeyProof;
import io.rekindle.node.model.KeyInfo;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.storage.engine.IgniteWrappedKeyStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of all tenants that have one of their own, each under its lease. Those that are there
 * when the engine starts are unwrapped then; of others, which came since, by whichever node, the
 * first request waits for that. Thread-safe.
 */
final class TenantLeases implements TenantKeys, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TenantLeases.class);

  private final UUID clusterId;
  private final IgniteWrappedKeyStore stored;
  private final CustomerKeys customers;
  private final KeyLease.Settings settings;
  private final int tenantsMax;
  private final @Nullable String defaultKey;
  private final Duration firstWait;
  private final InstantSource clock;
  private final Map<NamespacePath, HeldTenantKey> held = new ConcurrentHashMap<>();
  private volatile HeldTenantKey.@Nullable User user;
  private volatile boolean closed;

  /** Opens no provider yet. */
  TenantLeases(NodeParts parts, IgniteWrappedKeyStore stored) {
    this.clusterId = parts.clusterKey().clusterId();
    this.stored = stored;
    this.settings = KeyLease.Settings.of(parts.config().keys());
    this.tenantsMax = parts.config().keys().tenantsMax();
    this.defaultKey = parts.config().keys().tenantDefault().orElse(null);
    this.firstWait = parts.config().keys().requestTimeout();
    this.clock = parts.clock();
    this.customers = new CustomerKeys(parts.config().dataFolder(), parts.configs());
  }

  /** Begins with the tenants that are there; asks for their keys all at once. */
  void watch(HeldTenantKey.User told) {
    user = told;
    stored.tenants().forEach(this::hold);
  }

  @Override
  public TenantKey get(NamespacePath root) {
    HeldTenantKey known = hold(root);
    if (known == null) {
      throw new RekindleException(
          ErrorCode.NOT_READY, "the root namespace has just been deleted, try again");
    }
    return known.get();
  }

  /** Null when the root has no key of its own any more; one that was made anew has another. */
  private @Nullable HeldTenantKey hold(NamespacePath root) {
    WrappedTenantKey now = stored.findTenantKey(root);
    if (now == null) {
      return null;
    }
    HeldTenantKey begun = begin(root, now.id());
    if (closed) {
      begun.close(); // Who closes has not seen it, perhaps.
      throw TenantKey.revoked(root);
    }
    return begun;
  }

  private HeldTenantKey begin(NamespacePath root, long id) {
    return held.compute(
        root,
        (_, known) -> {
          if (known != null && known.is(id)) {
            return known;
          }
          if (known != null) {
            known.close();
          }
          return new HeldTenantKey(
              tenant(root),
              id,
              () -> stored.findTenantKey(root),
              customers,
              settings,
              firstWait,
              new HeldTenantKey.User() {
                @Override
                public void locked(NamespacePath of, Probe because) {
                  HeldTenantKey.User told = user;
                  if (told != null) {
                    told.locked(of, because);
                  }
                }

                @Override
                public void unlocked(NamespacePath of) {
                  HeldTenantKey.User told = user;
                  if (told != null) {
                    told.unlocked(of);
                  }
                }
              },
              () -> drop(root, id));
        });
  }

  private void drop(NamespacePath root, long id) {
    var _ =
        held.computeIfPresent(
            root,
            (_, known) -> {
              if (!known.is(id)) {
                return known;
              }
              known.close();
              return null;
            });
  }

  private Tenant tenant(NamespacePath root) {
    return new Tenant(clusterId, root);
  }

  @Override
  public @Nullable String defaultCustomerKey() {
    return defaultKey;
  }

  @Override
  public Made make(NamespacePath root, String customerKey) {
    CustomerKeys.requireName(customerKey, CUSTOMER_KEY);
    if (stored.tenants().size() >= tenantsMax) {
      throw RekindleException.overLimit(
          "rekindle.keys.tenants-max", tenantsMax + 1L, tenantsMax, "tenants");
    }
    return ask(
        customerKey,
        (kms, tenant) -> {
          KeyProof.require(kms);
          WrappedTenantKey wrapped =
              WrappedTenantKey.make(tenant, customerKey, kms, clock.instant());
          return new Made(wrapped, wrapped.unwrap(tenant, kms));
        },
        root);
  }

  @Override
  public WrappedTenantKey rewrap(
      NamespacePath root, WrappedTenantKey wrapped, @Nullable String customerKey) {
    String next = customerKey == null ? wrapped.customerKey() : customerKey;
    CustomerKeys.requireName(next, CUSTOMER_KEY);
    return ask(
        next,
        (kms, tenant) -> {
          KeyProof.require(kms);
          return wrapped.rewrapped(
              tenant, customers.get(wrapped.customerKey()), next, kms, clock.instant());
        },
        root);
  }

  /** What a customer's key does for a request, or says why not. */
  private <T> T ask(
      String customerKey, BiFunction<KeyManagementService, Tenant, T> work, NamespacePath root) {
    KeyManagementService kms;
    try {
      kms = customers.get(customerKey);
    } catch (StartRefusedException e) {
      LOG.atWarn()
          .addKeyValue("key", customerKey)
          .setCause(e)
          .log("a customer's key is not usable");
      throw RekindleException.invalid(
          CUSTOMER_KEY,
          "no customer's key of this name is configured whole on the node that was asked");
    }
    try {
      return work.apply(kms, tenant(root));
    } catch (KeyManagementException | StartRefusedException e) {
      // With the settings that the configuration has now, if these work.
      List<T> done = new ArrayList<>();
      if (customers.follow(
          customerKey, other -> isDone(() -> done.add(work.apply(other, tenant(root)))))) {
        return done.getFirst();
      }
      throw refused(kms, e, probe(e), root);
    }
  }

  private static boolean isDone(Runnable work) {
    try {
      work.run();
      return true;
    } catch (KeyManagementException | StartRefusedException e) {
      LOG.atWarn().setCause(e).log("other settings of a customer's key do not work either");
      return false;
    }
  }

  private static Probe probe(RuntimeException e) {
    Throwable cause = e instanceof KeyManagementException ? e : e.getCause();
    return cause instanceof KeyManagementException answer ? answer.probe() : Probe.OK;
  }

  private static RekindleException refused(
      KeyManagementService kms, RuntimeException e, Probe probe, NamespacePath root) {
    LOG.atWarn()
        .addKeyValue("namespace", root)
        .addKeyValue("key", kms.describe())
        .addKeyValue("answer", probe)
        .setCause(e)
        .log("a customer's key did not wrap a tenant's");
    return switch (probe) {
      case REVOKED -> TenantKey.revoked(root);
      case UNREACHABLE ->
          new RekindleException(
              ErrorCode.NOT_READY,
              "the customer's key can't be reached: the diagnostics of the node say why");
      case OK ->
          RekindleException.invalid(
              CUSTOMER_KEY,
              "the customer's key does not do its part; the diagnostics of the node say why");
    };
  }

  /** Whether a tenant's key may be used on this node; waits for no answer. */
  KeyInfo.State state(NamespacePath root) {
    HeldTenantKey known = hold(root); // It may have been made elsewhere since the start.
    return known == null || known.locked() != null
        ? KeyInfo.State.LOCKED
        : known.doubt().isEmpty() ? KeyInfo.State.OK : KeyInfo.State.UNPROVED;
  }

  /** How many tenants have keys of their own that were asked for here. */
  int count() {
    return held.size();
  }

  /** Those of them that are locked on this node. */
  List<NamespacePath> locked() {
    return those(one -> one.locked() != null);
  }

  /** Those of them that are not locked, and were not proved when that was asked for last. */
  List<NamespacePath> unproved() {
    return those(one -> one.locked() == null && !one.doubt().isEmpty());
  }

  private List<NamespacePath> those(Predicate<HeldTenantKey> what) {
    return held.entrySet().stream()
        .filter(one -> what.test(one.getValue()))
        .map(Map.Entry::getKey)
        .sorted(Comparator.comparing(NamespacePath::toString))
        .toList();
  }

  @Override
  public void close() {
    closed = true;
    held.values().forEach(HeldTenantKey::close);
    customers.close();
  }
}
