package io.rekindle.node.storage;

import io.rekindle.node.access.Pass;
import io.rekindle.node.authn.ApiKeySource;
import io.rekindle.node.authn.StoredApiKey;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.ApiKeyInfo;
import io.rekindle.node.model.GrantSpec;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * API keys with their grants. Thread-safe. Whether the caller may give what it gives is checked by
 * {@code access} before.
 */
public interface ApiKeyStore extends ApiKeySource {
  /** Puts a new key; its grants follow in the same transaction. */
  ApiKeyInfo create(Pass pass, StoredApiKey key, List<GrantSpec> grants);

  /**
   * Reads one key.
   *
   * @throws io.rekindle.node.error.RekindleException API_KEY_NOT_FOUND
   */
  ApiKeyInfo get(Pass pass, ApiKeyId id);

  /**
   * Keys by id.
   *
   * @param visible which of them the caller may see; the others leave no gap in the pages
   */
  Page<ApiKeyInfo> list(
      Pass pass, int pageSize, @Nullable ApiKeyId after, Predicate<ApiKeyInfo> visible);

  /**
   * Ends a key; doing it twice keeps the first time.
   *
   * @throws io.rekindle.node.error.RekindleException API_KEY_NOT_FOUND
   */
  ApiKeyInfo revoke(Pass pass, ApiKeyId id, Instant revokedAt);

  /** Whether any key exists: a fresh cluster has none. */
  boolean isEmpty();
}
