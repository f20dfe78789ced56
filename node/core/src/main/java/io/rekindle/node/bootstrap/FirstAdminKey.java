package io.rekindle.node.bootstrap;

import io.rekindle.node.access.SystemPass;
import io.rekindle.node.authn.ApiKeyMint;
import io.rekindle.node.authn.IssuedApiKey;
import io.rekindle.node.kms.SecretFiles;
import io.rekindle.node.model.AccessCommand.CreateKey;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.KeyScope;
import io.rekindle.node.storage.ApiKeyStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/**
 * The first API key of a fresh cluster: an administrator of the root, in a file of mode 0600.
 *
 * <p>The file is written before the key is stored: after a crash in between there is a file whose
 * key is unknown, and the next start writes another one; never a key that nobody has.
 */
final class FirstAdminKey {
  static final String FILE = "admin.key";

  private FirstAdminKey() {}

  /** Makes the key if the cluster has none. */
  static void ensure(Path dataFolder, ApiKeyStore keys, SystemPass pass, InstantSource clock)
      throws IOException {
    if (!keys.isEmpty()) {
      return;
    }
    List<GrantSpec> grants = List.of(new GrantSpec(null, null, GrantSpec.EXTRA_ACTIONS));
    CreateKey command =
        new CreateKey("first administrator", KeyScope.ADMIN, null, null, null, grants);
    IssuedApiKey issued =
        new ApiKeyMint().issue(command, keys.peppers().getFirst(), clock.instant());
    Path file = dataFolder.resolve(FILE);
    Files.deleteIfExists(file);
    SecretFiles.create(file, (issued.text() + "\n").getBytes(StandardCharsets.US_ASCII));
    keys.create(pass, issued.stored(), grants);
  }
}
