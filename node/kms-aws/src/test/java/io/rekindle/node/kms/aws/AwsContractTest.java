package io.rekindle.node.kms.aws;

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

/** The real SDK, over TLS 1.3, against a fake that does real cryptography. */
class AwsContractTest extends RemoteKeyManagementContractTest {
  @TempDir private static Path certificates;
  private static TestTls tls;

  @TempDir private Path folder;
  private @Nullable FakeAws aws;

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
    return aws();
  }

  private FakeAws aws() {
    FakeAws running = aws;
    if (running == null) {
      running = FakeAws.start(tls.context(), KeyServiceHttp.TLS);
      aws = running;
    }
    return running;
  }

  private KeySettings settings() throws IOException {
    return AwsSettings.of(folder, aws(), tls.authority());
  }

  @Override
  protected KeyManagementService open() throws IOException {
    return settings().open(new AwsKeyManagementProvider());
  }

  @Override
  protected KeyManagementService openImpatient() throws IOException {
    return settings().impatient().open(new AwsKeyManagementProvider());
  }

  @Override
  protected KeyManagementService openOther() throws IOException {
    return settings().set("key", FakeAws.OTHER).open(new AwsKeyManagementProvider());
  }
}
