package io.rekindle.node.kms.contract;

import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.LocalKeyManagementService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The provider {@code local}, which nobody can switch off. */
class LocalContractTest extends KeyManagementContractTest {
  @TempDir private Path folder;

  @Override
  protected KeyManagementService open() throws IOException {
    return of("local.key");
  }

  @Override
  protected KeyManagementService openOther() throws IOException {
    return of("other.key");
  }

  private KeyManagementService of(String name) throws IOException {
    Path file = folder.resolve(name);
    if (!Files.exists(file)) {
      LocalKeyManagementService.create(file);
    }
    return new LocalKeyManagementService(file);
  }
}
