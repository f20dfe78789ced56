package io.rekindle.node.kms.aws;

import io.rekindle.node.kms.KeyManagementProvider;
import io.rekindle.node.kms.contract.KeySettings;
import io.rekindle.node.kms.contract.RemoteKeyManagementContractTest;
import io.rekindle.node.kms.contract.TestTls;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.io.IOException;
import java.nio.file.Path;

/** The real SDK. */
class AwsContractTest extends RemoteKeyManagementContractTest<FakeAws> {
  @Override
  protected FakeAws start(TestTls tls) {
    return FakeAws.start(tls.context(), KeyServiceHttp.TLS);
  }

  @Override
  protected KeySettings settings(Path folder, FakeAws server, Path authority) throws IOException {
    return AwsSettings.of(folder, server, authority);
  }

  @Override
  protected KeyManagementProvider provider() {
    return new AwsKeyManagementProvider();
  }

  @Override
  protected String otherKey() {
    return FakeAws.OTHER;
  }
}
