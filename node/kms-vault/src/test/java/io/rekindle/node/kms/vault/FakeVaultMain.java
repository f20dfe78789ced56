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
 * the lines of its input say, each with the name of a key: {@code make}, {@code rotate}, {@code
 * revoke}, {@code restore}, {@code trim}. Each is answered by {@code DONE}. It ends with its input.
 * There is a key {@code rekindle}.
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

  private static void obey(FakeVault vault, String line) {
    int space = line.indexOf(' ');
    String key = line.substring(space + 1);
    switch (line.substring(0, space)) {
      case "make" -> vault.addKey(key);
      case "rotate" -> vault.rotate(key);
      case "revoke" -> vault.setAllowed(key, false);
      case "restore" -> vault.setAllowed(key, true);
      case "trim" -> vault.destroyFirstVersion(key);
      default -> throw new IllegalArgumentException("no such command: " + line);
    }
  }
}
