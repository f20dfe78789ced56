package io.rekindle.node.kms.vault;

import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.contract.KeyManagementContractTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract against a real Vault. {@code -Dkms.vault.addr=https://...} says where it is, {@code
 * -Dkms.vault.token-file} and {@code -Dkms.vault.ca-file} are its files; it has the keys {@code
 * rekindle} and {@code other}, of the type {@code aes256-gcm96}, in an engine at {@code transit}.
 * Without an address the build leaves it out.
 */
class RealVaultTest extends KeyManagementContractTest {
  @TempDir private Path folder;

  private KeyManagementService of(String key) throws IOException {
    Map<String, String> values = new HashMap<>();
    values.put("rekindle.keys.vault.address", System.getProperty("kms.vault.addr", ""));
    values.put("rekindle.keys.vault.key", key);
    for (String file : new String[] {"token-file", "ca-file"}) {
      String path = System.getProperty("kms.vault." + file);
      if (path != null) {
        values.put("rekindle.keys.vault." + file, path);
      }
    }
    return new VaultKeyManagementProvider()
        .open(NodeConfigLoader.load(folder, values).keys(), folder);
  }

  @Override
  protected KeyManagementService open() throws IOException {
    return of("rekindle");
  }

  @Override
  protected KeyManagementService openOther() throws IOException {
    return of("other");
  }
}
