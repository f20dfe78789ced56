package io.rekindle.node.storage.row;

import java.util.Locale;

/** The names of the caches; static, because Ignite's files show them in clear. */
public enum CacheName {
  MEMORY,
  VECTOR,
  AGENT_STATE,
  IDEMPOTENCY,
  UNIQUE_KEY,
  ACCESS_COUNT,
  NAMESPACE,
  DATA_KEY,
  API_KEY,
  GRANT,
  SETTINGS,
  AUDIT_BLOCK;

  private final String cache = name().toLowerCase(Locale.ROOT);

  /** As Ignite knows it. */
  public String cache() {
    return cache;
  }
}
