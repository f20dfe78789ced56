package io.rekindle.node.kms.vault;

import io.rekindle.node.kms.KeyManagementProvider;
import io.rekindle.node.kms.contract.KeySettings;
import io.rekindle.node.kms.contract.RemoteKeyManagementContractTest;
import io.rekindle.node.kms.contract.TestTls;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.io.IOException;
import java.nio.file.Path;

/** The real driver. */
class VaultContractTest extends RemoteKeyManagementContractTest<FakeVault> {
  @Override
  protected FakeVault start(TestTls tls) {
    return FakeVault.start(tls.context(), KeyServiceHttp.TLS);
  }

  @Override
  protected KeySettings settings(Path folder, FakeVault server, Path authority) throws IOException {
    return VaultSettings.of(folder, server, authority);
  }

  @Override
  protected KeyManagementProvider provider() {
    return new VaultKeyManagementProvider();
  }

  @Override
  protected String otherKey() {
    return "other";
  }
}
