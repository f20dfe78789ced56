package io.rekindle.node.kms.gcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementProvider;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.contract.KeySettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The settings of Google's keys; nobody is asked. */
class GcpKeyManagementProviderTest {
  @TempDir private Path folder;

  private KeySettings settings() {
    return new KeySettings(folder, "gcp")
        .set("key", FakeGcp.KEY)
        .set("login", "file")
        .set("credentials-file", "credentials.json");
  }

  @Test
  void theProviderIsFoundByItsName() {
    assertThat(ServiceLoader.load(KeyManagementProvider.class).stream())
        .extracting(provider -> provider.get().name())
        .contains("local", "gcp");
  }

  @Test
  void aKeyIsSaidWithItsPlaceWhichIsGooglesIfNoneIsGiven() throws IOException {
    try (KeyManagementService kms = settings().open(new GcpKeyManagementProvider())) {
      assertThat(kms.describe())
          .isEqualTo("key " + FakeGcp.KEY + " in Google Cloud KMS at cloudkms.googleapis.com:443");
    }
  }

  @Test
  void aMachineNeedsNothingButTheKey() throws IOException {
    KeySettings settings = settings().without("login").without("credentials-file");
    settings.open(new GcpKeyManagementProvider()).close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"key", "credentials-file"})
  void whatIsMissingIsNamed(String name) throws IOException {
    KeySettings settings = settings().without(name);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> settings.open(new GcpKeyManagementProvider()))
        .withMessage("The provider gcp needs rekindle.keys.gcp." + name + ".");
  }

  @ParameterizedTest
  @CsvSource({
    "key, rekindle, cryptoKeys/K",
    "key, projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1, cryptoKeys/K",
    "key, projects/p/locations/l/keyRings/../cryptoKeys/k, cryptoKeys/K",
    "endpoint, https://cloudkms.googleapis.com, a host and a port",
    "endpoint, cloudkms.googleapis.com, a host and a port",
    "endpoint, me@host:443, a host and a port",
    "endpoint, host:65536, a host and a port",
    "endpoint, host:443/path, a host and a port",
    "ca-file, /dev/null, certificates",
    "ca-file, none.pem, can't be read"
  })
  void whatIsWrongIsNamed(String name, String value, String said) throws IOException {
    KeySettings settings = settings().set(name, value);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> settings.open(new GcpKeyManagementProvider()))
        .withMessageContaining(said);
  }
}
