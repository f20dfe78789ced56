package io.rekindle.node.kms.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementProvider;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.contract.KeySettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the settings say, and what they must not. Nobody is asked. */
class AwsKeyManagementProviderTest {
  @TempDir private Path folder;

  private KeySettings settings() {
    return new KeySettings(folder, "aws").set("key", FakeAws.KEY);
  }

  private static KeyManagementService open(KeySettings settings) throws IOException {
    return settings.open(new AwsKeyManagementProvider());
  }

  @Test
  void theProviderIsFoundByItsName() {
    assertThat(ServiceLoader.load(KeyManagementProvider.class).stream())
        .extracting(provider -> provider.get().name())
        .contains("local", "aws");
  }

  @Test
  void awsOwnAddressIsOfTheRegion() throws IOException {
    try (KeyManagementService kms = open(settings())) {
      assertThat(kms.describe()).endsWith(" at https://kms.eu-central-1.amazonaws.com");
    }
    assertThat(
            Stream.of("us-gov-west-1", "cn-north-1", "eusc-de-east-1", "xx-new-9")
                .map(region -> AwsClients.endpoint("sts", region).toString()))
        .containsExactly(
            "https://sts.us-gov-west-1.amazonaws.com",
            "https://sts.cn-north-1.amazonaws.com.cn",
            "https://sts.eusc-de-east-1.amazonaws.eu",
            "https://sts.xx-new-9.amazonaws.com");
  }

  @ParameterizedTest
  @CsvSource({"file, key", "file, credentials-file", "web-identity, role"})
  void whatIsMissingIsNamed(String login, String name) throws IOException {
    KeySettings settings = settings().set("login", login).without(name);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> open(settings))
        .withMessage("The provider aws needs rekindle.keys.aws." + name + ".");
  }

  @Test
  void aKeyWithoutAnArnNeedsItsRegion() throws IOException {
    KeySettings settings = settings().set("key", FakeAws.ALIAS);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> open(settings))
        .withMessage(
            "The provider aws needs rekindle.keys.aws.region, or the key's ARN in"
                + " rekindle.keys.aws.key.");
  }

  @ParameterizedTest
  @CsvSource({
    "key, rekindle, alias/NAME",
    "region, us-east-1, not the region in the ARN",
    "endpoint, http://localhost:8200, https://",
    "endpoint, https://, address",
    "endpoint, https://host/v1, nothing but a host",
    "endpoint, https://me@host, nothing but a host",
    "endpoint, https://host?x, nothing but a host",
    "sts-endpoint, http://localhost, rekindle.keys.aws.sts-endpoint must begin",
    "role, rekindle, ARN of a role",
    "ca-file, /dev/null, certificates",
    "ca-file, none.pem, can't be read"
  })
  void whatIsWrongIsNamed(String name, String value, String said) throws IOException {
    KeySettings settings =
        settings().set("login", "web-identity").set("role", FakeAws.ROLE).set(name, value);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> open(settings))
        .withMessageContaining(said);
  }
}
