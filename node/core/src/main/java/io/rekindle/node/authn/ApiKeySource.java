package io.rekindle.node.authn;

import io.rekindle.node.model.ApiKeyId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the stored API keys come from. Safe for use by many threads. */
public interface ApiKeySource {
  /** The key as it now is, revoked and expired ones included, or null when there is none. */
  @Nullable StoredApiKey findKey(ApiKeyId id);

  /**
   * The secrets, at least 32 bytes each, under which the keys' secrets are hashed: new ones under
   * the first. Few, at least one, and not changed.
   */
  List<byte[]> peppers();
}
