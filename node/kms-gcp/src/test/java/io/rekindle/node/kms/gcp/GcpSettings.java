package io.rekindle.node.kms.gcp;

import com.google.gson.JsonObject;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.kms.KeyManagementProvider;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.contract.KeySettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The settings of a node whose cluster key is wrapped by a {@link FakeGcp}. */
final class GcpSettings {
  private GcpSettings() {}

  /** With the login by the key of a service account. */
  static KeySettings of(Path folder, FakeGcp gcp, Path authority) throws IOException {
    KeySettings settings = new KeySettings(folder, "gcp");
    return file(settings, gcp.logins().serviceAccount())
        .set("key", FakeGcp.KEY)
        .set("endpoint", gcp.endpoint())
        .set("ca-file", authority.toString());
  }

  /** With the login by such a file. */
  static KeySettings file(KeySettings settings, JsonObject credentials) throws IOException {
    return settings
        .set("login", "file")
        .set(
            "credentials-file",
            settings.secret("credentials.json", credentials.toString()).toString());
  }

  /** A service that does not try again. */
  static KeyManagementService openOnce(Path folder, KeySettings settings) throws IOException {
    return openOnce(folder, settings, new GcpKeyManagementProvider());
  }

  static KeyManagementService openOnce(
      Path folder, KeySettings settings, KeyManagementProvider provider) throws IOException {
    Map<String, String> values = new HashMap<>(settings.values());
    values.put("rekindle.keys.attempts", "1");
    return provider.open(NodeConfigLoader.load(folder, values).keys(), folder);
  }
}
