package io.rekindle.node.kms.vault;

import io.rekindle.node.kms.SecretFiles;
import io.rekindle.node.kms.contract.TestTls;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A {@link FakeVault} as a process, for {@code rekindle kms demo}. It makes its certificate and a
 * secret id in the folder that is its argument, says {@code READY} and its address, and does what
 * the lines of its input say: {@code rotate}, {@code revoke}, {@code restore}, {@code trim}. Each
 * is answered by {@code DONE}. It ends with its input.
 */
public final class FakeVaultMain {
  private FakeVaultMain() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    TestTls tls = TestTls.make(folder.resolve("tls"));
    SecretFiles.write(
        folder.resolve("secret-id"), FakeVault.SECRET_ID.getBytes(StandardCharsets.US_ASCII));
    try (FakeVault vault = FakeVault.start(tls.context(), KeyServiceHttp.TLS);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
      System.out.println("READY " + vault.address());
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        obey(vault, line);
        System.out.println("DONE");
      }
    }
  }

  private static void obey(FakeVault vault, String command) {
    switch (command) {
      case "rotate" -> vault.rotate();
      case "revoke" -> vault.setAllowed(false);
      case "restore" -> vault.setAllowed(true);
      case "trim" -> vault.destroyFirstVersion();
      default -> throw new IllegalArgumentException("no such command: " + command);
    }
  }
}
