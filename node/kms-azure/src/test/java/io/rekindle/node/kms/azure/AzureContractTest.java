package io.rekindle.node.kms.azure;

import io.rekindle.node.kms.KeyManagementProvider;
import io.rekindle.node.kms.contract.KeySettings;
import io.rekindle.node.kms.contract.RemoteKeyManagementContractTest;
import io.rekindle.node.kms.contract.TestTls;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.io.IOException;
import java.nio.file.Path;

/** The real SDK. */
class AzureContractTest extends RemoteKeyManagementContractTest<FakeAzure> {
  @Override
  protected FakeAzure start(TestTls tls) {
    return FakeAzure.start(tls.context(), KeyServiceHttp.TLS);
  }

  @Override
  protected KeySettings settings(Path folder, FakeAzure server, Path authority) throws IOException {
    return AzureSettings.of(folder, server, authority);
  }

  @Override
  protected KeyManagementProvider provider() {
    return new AzureKeyManagementProvider();
  }

  @Override
  protected String otherKey() {
    return "other";
  }
}
