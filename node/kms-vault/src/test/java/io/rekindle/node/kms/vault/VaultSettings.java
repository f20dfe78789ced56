package io.rekindle.node.kms.vault;

import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.SecretFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The configuration of a node whose cluster key is wrapped by a Vault. */
final class VaultSettings {
  private final Path folder;
  private final Map<String, String> values = new LinkedHashMap<>();

  /** With the login by an AppRole. */
  VaultSettings(Path folder, String address, Path authority) throws IOException {
    this.folder = folder;
    values.put("rekindle.keys.provider", "vault");
    set("address", address);
    set("ca-file", authority.toString());
    set("key", "rekindle");
    set("login", "app-role");
    set("role", FakeVault.ROLE_ID);
    set("secret-id-file", secret("secret-id", FakeVault.SECRET_ID).toString());
    values.put("rekindle.keys.request-timeout", "PT20S");
    values.put("rekindle.keys.attempts", "2");
  }

  VaultSettings set(String name, String value) {
    values.put("rekindle.keys.vault." + name, value);
    return this;
  }

  /** What does not come at once, does not come. */
  VaultSettings impatient() {
    values.put("rekindle.keys.request-timeout", "PT0.3S");
    return this;
  }

  VaultSettings without(String name) {
    values.remove("rekindle.keys.vault." + name);
    return this;
  }

  /** A file for the owner alone. */
  Path secret(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    SecretFiles.write(file, content.getBytes(StandardCharsets.UTF_8));
    return file;
  }

  Map<String, String> values() {
    return Map.copyOf(values);
  }

  KeyManagementService open() throws IOException {
    return new VaultKeyManagementProvider()
        .open(NodeConfigLoader.load(folder, values).keys(), folder);
  }
}
