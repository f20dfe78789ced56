package io.rekindle.node.kms.gcp;

import io.rekindle.node.kms.KeyManagementProvider;
import io.rekindle.node.kms.contract.KeySettings;
import io.rekindle.node.kms.contract.RemoteKeyManagementContractTest;
import io.rekindle.node.kms.contract.TestTls;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.io.IOException;
import java.nio.file.Path;

/** Google's messages and logins. */
class GcpContractTest extends RemoteKeyManagementContractTest<FakeGcp> {
  @Override
  protected FakeGcp start(TestTls tls) {
    return FakeGcp.start(tls, "127.0.0.1", KeyServiceHttp.TLS);
  }

  @Override
  protected KeySettings settings(Path folder, FakeGcp server, Path authority) throws IOException {
    return GcpSettings.of(folder, server, authority);
  }

  @Override
  protected KeyManagementProvider provider() {
    return new GcpKeyManagementProvider();
  }

  @Override
  protected String otherKey() {
    return FakeGcp.OTHER_KEY;
  }
}
