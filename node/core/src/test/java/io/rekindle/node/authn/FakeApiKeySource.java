package io.rekindle.node.authn;

import io.rekindle.node.model.ApiKeyId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** API keys in a map, with a note of what was asked for. */
final class FakeApiKeySource implements ApiKeySource {
  static final byte[] PEPPER =
      "0123456789abcdef0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  private final Map<ApiKeyId, StoredApiKey> keys = new HashMap<>();
  final List<ApiKeyId> lookups = new ArrayList<>();
  int pepperReads;

  void put(StoredApiKey key) {
    keys.put(key.id(), key);
  }

  @Override
  public @Nullable StoredApiKey findKey(ApiKeyId id) {
    lookups.add(id);
    return keys.get(id);
  }

  @Override
  public List<byte[]> peppers() {
    pepperReads++;
    return List.of(PEPPER);
  }
}
