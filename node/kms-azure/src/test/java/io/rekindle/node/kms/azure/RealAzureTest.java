package io.rekindle.node.kms.azure;

import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.contract.KeyManagementContractTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract against a real Key Vault. {@code -Dkms.azure.addr=https://...} says where it is; the
 * other settings are those of the provider, as {@code -Dkms.azure.client-secret-file}, with {@code
 * kms} instead of {@code rekindle.keys}. It has the RSA keys {@code rekindle} and {@code other}.
 * Without an address the build leaves it out.
 */
class RealAzureTest extends KeyManagementContractTest {
  @TempDir private Path folder;

  private KeyManagementService of(String key) throws IOException {
    Map<String, String> values = new HashMap<>();
    values.put("rekindle.keys.azure.vault", System.getProperty("kms.azure.addr", ""));
    values.put("rekindle.keys.azure.key", key);
    for (String name :
        new String[] {
          "login",
          "tenant",
          "client",
          "client-secret-file",
          "federated-token-file",
          "authority",
          "ca-file"
        }) {
      String value = System.getProperty("kms.azure." + name);
      if (value != null) {
        values.put("rekindle.keys.azure." + name, value);
      }
    }
    return new AzureKeyManagementProvider()
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
