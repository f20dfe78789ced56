package io.rekindle.node.storage.engine;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.Pass;
import io.rekindle.node.authn.StoredApiKey;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.keyring.Keyring;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.ApiKeyInfo;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.storage.ApiKeyStore;
import io.rekindle.node.storage.Page;
import io.rekindle.node.storage.row.ApiKeyRow;
import io.rekindle.node.storage.row.CacheName;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.Transactions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import javax.cache.Cache;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.CachePeekMode;
import org.jspecify.annotations.Nullable;

/** The API keys in Ignite. */
public final class IgniteApiKeyStore implements ApiKeyStore {
  private final IgniteCache<String, ApiKeyRow> keys;
  private final Transactions transactions;
  private final IgniteGrantStore grants;
  private final Keyring keyring;

  public IgniteApiKeyStore(
      Ignite ignite, Transactions transactions, IgniteGrantStore grants, Keyring keyring) {
    this.keys = Caches.cache(ignite, CacheName.API_KEY);
    this.transactions = transactions;
    this.grants = grants;
    this.keyring = keyring;
  }

  @Override
  public @Nullable StoredApiKey findKey(ApiKeyId id) {
    ApiKeyRow row = keys.get(id.value());
    return row == null ? null : row.key(id);
  }

  @Override
  public List<byte[]> peppers() {
    return keyring.peppers();
  }

  @Override
  public ApiKeyInfo create(Pass pass, StoredApiKey key, List<GrantSpec> given) {
    given.forEach(grant -> IgniteGrantStore.check(pass, grant));
    transactions.run(
        () ->
            () -> {
              if (keys.containsKey(key.id().value())) {
                throw new IllegalStateException("80 random bits came twice");
              }
              keys.put(key.id().value(), new ApiKeyRow(key));
              grants.put(key.id(), given);
              return true;
            });
    return info(getKey(key.id()));
  }

  @Override
  public ApiKeyInfo get(Pass pass, ApiKeyId id) {
    requireAllowed(pass, Action.ACCESS_READ, Action.ACCESS_WRITE, Action.WHO_AM_I);
    return info(getKey(id));
  }

  /** Sorts all keys, of which there are thousands at most. */
  @Override
  public Page<ApiKeyInfo> list(
      Pass pass, int pageSize, @Nullable ApiKeyId after, Predicate<ApiKeyInfo> visible) {
    requireAllowed(pass, Action.ACCESS_READ);
    TreeMap<String, ApiKeyRow> sorted = new TreeMap<>();
    for (Cache.Entry<String, ApiKeyRow> entry : keys) {
      if (after == null || entry.getKey().compareTo(after.value()) > 0) {
        sorted.put(entry.getKey(), entry.getValue());
      }
    }
    List<ApiKeyInfo> page = new ArrayList<>();
    for (Map.Entry<String, ApiKeyRow> entry : sorted.entrySet()) {
      ApiKeyInfo key = info(entry.getValue().key(new ApiKeyId(entry.getKey())));
      if (visible.test(key)) {
        if (page.size() == pageSize) {
          return new Page<>(page, true);
        }
        page.add(key);
      }
    }
    return new Page<>(page, false);
  }

  @Override
  public ApiKeyInfo revoke(Pass pass, ApiKeyId id, Instant revokedAt) {
    grants.grantsOf(id).forEach(grant -> IgniteGrantStore.check(pass, grant));
    requireAllowed(pass, Action.ACCESS_WRITE);
    return info(
        transactions.run(
            () ->
                () -> {
                  StoredApiKey key = getKey(id);
                  StoredApiKey revoked = key.revokedAt() == null ? revokedAt(key, revokedAt) : key;
                  ApiKeyRow row = new ApiKeyRow(revoked);
                  keys.put(id.value(), row);
                  grants.changed();
                  // As it is kept, to the microsecond.
                  return row.key(id);
                }));
  }

  @Override
  public boolean isEmpty() {
    return keys.size(CachePeekMode.PRIMARY) == 0;
  }

  private StoredApiKey getKey(ApiKeyId id) {
    StoredApiKey key = findKey(id);
    if (key == null) {
      throw notFound();
    }
    return key;
  }

  private static StoredApiKey revokedAt(StoredApiKey key, Instant time) {
    return new StoredApiKey(
        key.id(),
        key.displayName(),
        key.scope(),
        key.agentId(),
        key.defaultNamespace(),
        key.mac(),
        key.scram(),
        key.createdAt(),
        key.expiresAt(),
        time);
  }

  private ApiKeyInfo info(StoredApiKey key) {
    return new ApiKeyInfo(
        key.id(),
        key.displayName(),
        key.scope(),
        key.agentId(),
        key.defaultNamespace(),
        grants.grantsOf(key.id()),
        key.createdAt(),
        key.expiresAt(),
        key.revokedAt());
  }

  static void requireAllowed(Pass pass, Action... any) {
    for (Action action : any) {
      if (pass.allows(action)) {
        return;
      }
    }
    throw new RekindleException(
        ErrorCode.PERMISSION_DENIED, "the request was not authorised for this");
  }

  static RekindleException notFound() {
    return new RekindleException(ErrorCode.API_KEY_NOT_FOUND, "there is no such API key");
  }
}
