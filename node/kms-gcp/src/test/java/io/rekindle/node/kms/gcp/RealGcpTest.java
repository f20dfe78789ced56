package io.rekindle.node.kms.gcp;

import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.contract.KeyManagementContractTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract against the real Google Cloud KMS. {@code
 * -Dkms.gcp.addr=cloudkms.googleapis.com:443} says where it is, {@code
 * -Dkms.gcp.keys=projects/P/locations/L/keyRings/R/cryptoKeys} where the symmetric keys {@code
 * rekindle} and {@code other} are; {@code -Dkms.gcp.credentials-file} and {@code -Dkms.gcp.ca-file}
 * are files, without the first of which the machine logs in as itself. Without an address the build
 * leaves it out.
 */
class RealGcpTest extends KeyManagementContractTest {
  @TempDir private Path folder;

  private KeyManagementService of(String key) throws IOException {
    Map<String, String> values = new HashMap<>();
    values.put("rekindle.keys.gcp.endpoint", System.getProperty("kms.gcp.addr", ""));
    values.put("rekindle.keys.gcp.key", System.getProperty("kms.gcp.keys", "") + "/" + key);
    for (String file : new String[] {"credentials-file", "ca-file"}) {
      String path = System.getProperty("kms.gcp." + file);
      if (path != null) {
        values.put("rekindle.keys.gcp." + file, path);
      }
    }
    if (values.containsKey("rekindle.keys.gcp.credentials-file")) {
      values.put("rekindle.keys.gcp.login", "file");
    }
    return new GcpKeyManagementProvider()
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
