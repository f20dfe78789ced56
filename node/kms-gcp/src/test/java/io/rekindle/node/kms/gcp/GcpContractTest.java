package io.rekindle.node.kms.gcp;

import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.contract.KeyServer;
import io.rekindle.node.kms.contract.KeySettings;
import io.rekindle.node.kms.contract.RemoteKeyManagementContractTest;
import io.rekindle.node.kms.contract.TestTls;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Google's stub and logins, over TLS 1.3, against a fake that does real cryptography. */
class GcpContractTest extends RemoteKeyManagementContractTest {
  @TempDir private static Path certificates;
  private static TestTls tls;

  @TempDir private Path folder;
  private @Nullable FakeGcp gcp;

  @BeforeAll
  static void makeCertificates() throws Exception {
    tls = TestTls.make(certificates.resolve("tls"));
  }

  @AfterEach
  void stop() {
    server().close();
  }

  @Override
  protected KeyServer server() {
    return gcp();
  }

  private FakeGcp gcp() {
    FakeGcp running = gcp;
    if (running == null) {
      running = FakeGcp.start(tls, "127.0.0.1", KeyServiceHttp.TLS);
      gcp = running;
    }
    return running;
  }

  private KeySettings settings() throws IOException {
    return GcpSettings.of(folder, gcp(), tls.authority());
  }

  @Override
  protected KeyManagementService open() throws IOException {
    return settings().open(new GcpKeyManagementProvider());
  }

  @Override
  protected KeyManagementService openImpatient() throws IOException {
    return settings().impatient().open(new GcpKeyManagementProvider());
  }

  @Override
  protected KeyManagementService openOther() throws IOException {
    return settings().set("key", FakeGcp.OTHER_KEY).open(new GcpKeyManagementProvider());
  }
}
