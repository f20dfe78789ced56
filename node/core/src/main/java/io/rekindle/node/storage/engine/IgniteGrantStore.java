package io.rekindle.node.storage.engine;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.Pass;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.AccessCommand;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.Limits;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.storage.GrantStore;
import io.rekindle.node.storage.row.CacheName;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.GrantRow;
import io.rekindle.node.storage.row.Transactions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;

/** The grants in Ignite: one entry per API key, read at every request. */
public final class IgniteGrantStore implements GrantStore {
  private final IgniteCache<String, GrantRow> grants;
  private final Transactions transactions;
  private final AccessEpoch epoch;

  public IgniteGrantStore(Ignite ignite, Transactions transactions) {
    this.grants = Caches.cache(ignite, CacheName.GRANT);
    this.transactions = transactions;
    this.epoch = new AccessEpoch(ignite);
  }

  @Override
  public long accessEpoch() {
    return epoch.current();
  }

  /** Inside the transaction that changes or ends what an API key may do. */
  void changed() {
    epoch.advance();
  }

  @Override
  public List<GrantSpec> grantsOf(ApiKeyId key) {
    GrantRow row = grants.get(key.value());
    return row == null ? List.of() : row.grants();
  }

  @Override
  public List<GrantSpec> add(Pass pass, ApiKeyId key, GrantSpec grant) {
    check(pass, grant);
    return change(
        key,
        before -> {
          List<GrantSpec> after = new ArrayList<>(before);
          if (!after.contains(grant)) {
            after.add(grant);
          }
          Limits.requireAtMost(
              "grants", after.size(), AccessCommand.CreateKey.GRANTS_MAX, "grants");
          return after;
        });
  }

  @Override
  public List<GrantSpec> remove(Pass pass, ApiKeyId key, GrantSpec grant) {
    check(pass, grant);
    return change(
        key,
        before -> {
          List<GrantSpec> after = new ArrayList<>(before);
          if (!after.remove(grant)) {
            throw new RekindleException(ErrorCode.GRANT_NOT_FOUND, "the API key has no such grant");
          }
          return after;
        });
  }

  /** Inside the transaction that makes the key. */
  void put(ApiKeyId key, List<GrantSpec> all) {
    grants.put(key.value(), new GrantRow(all));
  }

  /** Whoever changes a grant administers its namespace, or the root. */
  static void check(Pass pass, GrantSpec grant) {
    NamespacePath namespace = grant.namespace();
    if (namespace == null) {
      pass.checkRoot(Action.ACCESS_WRITE);
    } else {
      pass.check(Action.ACCESS_WRITE, namespace);
    }
  }

  private List<GrantSpec> change(ApiKeyId key, UnaryOperator<List<GrantSpec>> change) {
    return transactions.run(
        () ->
            () -> {
              GrantRow row = grants.get(key.value());
              if (row == null) {
                throw IgniteApiKeyStore.notFound();
              }
              List<GrantSpec> after = change.apply(row.grants());
              grants.put(key.value(), new GrantRow(after));
              changed();
              return after;
            });
  }
}
