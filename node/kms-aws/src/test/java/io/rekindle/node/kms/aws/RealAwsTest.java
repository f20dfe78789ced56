package io.rekindle.node.kms.aws;

import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.contract.KeyManagementContractTest;
import io.rekindle.node.kms.contract.KeySettings;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract against AWS itself. {@code -Dkms.aws.addr=https://kms.REGION.amazonaws.com} says
 * where it is, {@code -Dkms.aws.key} and {@code -Dkms.aws.other-key} are the ARNs of two symmetric
 * keys there; {@code -Dkms.aws.login} and what it needs are named as the node's settings are, as
 * {@code -Dkms.aws.credentials-file}. Without an address the build leaves it out.
 */
class RealAwsTest extends KeyManagementContractTest {
  private static final String PREFIX = "kms.aws.";
  private static final String[] SETTINGS = {
    "region",
    "ca-file",
    "login",
    "credentials-file",
    "profile",
    "role",
    "sts-endpoint",
    "web-identity-token-file"
  };

  @TempDir private Path folder;

  private KeyManagementService of(String key) throws IOException {
    KeySettings settings =
        new KeySettings(folder, "aws")
            .set("endpoint", System.getProperty(PREFIX + "addr", ""))
            .set("key", System.getProperty(PREFIX + key, ""));
    for (String name : SETTINGS) {
      String value = System.getProperty(PREFIX + name);
      if (value != null) {
        settings.set(name, value);
      }
    }
    return settings.open(new AwsKeyManagementProvider());
  }

  @Override
  protected KeyManagementService open() throws IOException {
    return of("key");
  }

  @Override
  protected KeyManagementService openOther() throws IOException {
    return of("other-key");
  }
}
