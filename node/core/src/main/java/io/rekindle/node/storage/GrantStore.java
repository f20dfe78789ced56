package io.rekindle.node.storage;

import io.rekindle.node.access.GrantSource;
import io.rekindle.node.access.Pass;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.GrantSpec;
import java.util.List;

/** The grants of API keys, one entry per key. Thread-safe. */
public interface GrantStore extends GrantSource {
  /**
   * Adds a grant; one that is there already changes nothing.
   *
   * @return all grants of the key
   * @throws io.rekindle.node.error.RekindleException API_KEY_NOT_FOUND; LIMIT_EXCEEDED over 256
   */
  List<GrantSpec> add(Pass pass, ApiKeyId key, GrantSpec grant);

  /**
   * Takes a grant away.
   *
   * @return the grants that are left
   * @throws io.rekindle.node.error.RekindleException API_KEY_NOT_FOUND, GRANT_NOT_FOUND
   */
  List<GrantSpec> remove(Pass pass, ApiKeyId key, GrantSpec grant);
}
