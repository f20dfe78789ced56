package io.rekindle.node.kms.vault;

import io.rekindle.node.kms.contract.KeySettings;
import java.io.IOException;
import java.nio.file.Path;

/** The settings of a node whose cluster key is wrapped by a {@link FakeVault}. */
final class VaultSettings {
  private VaultSettings() {}

  /** With the login by an AppRole. */
  static KeySettings of(Path folder, FakeVault vault, Path authority) throws IOException {
    KeySettings settings = new KeySettings(folder, "vault");
    return settings
        .set("address", vault.address())
        .set("ca-file", authority.toString())
        .set("key", "rekindle")
        .set("login", "app-role")
        .set("role", FakeVault.ROLE_ID)
        .set("secret-id-file", settings.secret("secret-id", FakeVault.SECRET_ID).toString());
  }
}
