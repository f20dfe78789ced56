package io.rekindle.node.kms.azure;

import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.kms.KeyManagementProvider;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.contract.KeySettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The settings of a node whose cluster key is wrapped by a {@link FakeAzure}. */
final class AzureSettings {
  private AzureSettings() {}

  /** With the login by a secret. */
  static KeySettings of(Path folder, FakeAzure azure, Path authority) throws IOException {
    KeySettings settings = new KeySettings(folder, "azure");
    return settings
        .set("vault", azure.address())
        .set("authority", azure.address())
        .set("ca-file", authority.toString())
        .set("key", "rekindle")
        .set("login", "client-secret")
        .set("tenant", FakeAzure.TENANT)
        .set("client", FakeAzure.CLIENT)
        .set("client-secret-file", settings.secret("secret", FakeAzure.SECRET).toString());
  }

  /** A service that does not try again, and so does not wait. */
  static KeyManagementService openForOneTry(
      KeySettings settings, Path folder, KeyManagementProvider provider) throws IOException {
    Map<String, String> values = new HashMap<>(settings.values());
    values.put("rekindle.keys.attempts", "1");
    return provider.open(NodeConfigLoader.load(folder, values).keys(), folder);
  }
}
