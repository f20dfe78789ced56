package io.rekindle.node.kms.aws;

import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.kms.KeyManagementProvider;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.contract.KeySettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The settings of a node whose cluster key is wrapped by a {@link FakeAws}. */
final class AwsSettings {
  private AwsSettings() {}

  /** With the login by a service account of EKS. */
  static KeySettings of(Path folder, FakeAws aws, Path authority) throws IOException {
    Path token = folder.resolve("web-identity-token");
    Files.writeString(token, FakeAws.ACCOUNT);
    return new KeySettings(folder, "aws")
        .set("key", FakeAws.KEY)
        .set("endpoint", aws.address())
        .set("ca-file", authority.toString())
        .set("login", "web-identity")
        .set("role", FakeAws.ROLE)
        .set("sts-endpoint", aws.address())
        .set("web-identity-token-file", token.toString());
  }

  /** A service that asks once: a test of what is answered has no use for pauses. */
  static KeyManagementService openOnce(
      KeySettings settings, Path folder, KeyManagementProvider provider) throws IOException {
    Map<String, String> values = new HashMap<>(settings.values());
    values.put("rekindle.keys.attempts", "1");
    return provider.open(NodeConfigLoader.load(folder, values).keys(), folder);
  }

  /** A credentials file of AWS. */
  static String profile(FakeAws.Login login) {
    return "[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n%s"
        .formatted(
            login.id(),
            login.secret(),
            login.token() == null ? "" : "aws_session_token = " + login.token() + "\n");
  }
}
