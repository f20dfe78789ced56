package io.rekindle.cli.kms;

import io.rekindle.cli.CommandFailedException;
import io.rekindle.cli.node.Distribution;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Vault of the distribution's own as a process, over TLS 1.3 on loopback; its cryptography is
 * real. For demonstrations and measurements, and for one thread.
 */
public final class DemoVault implements AutoCloseable {
  /** The one that wraps cluster keys; it is there. */
  static final String KEY = "rekindle";

  private static final String MAIN = "io.rekindle.node.kms.vault.FakeVaultMain";
  private static final String READY = "READY ";
  private static final String DONE = "DONE";
  private static final long END_SECONDS = 10;

  private final Process process;
  private final BufferedReader answers;
  private final Writer commands;
  private final Path folder;
  private final String address;

  private DemoVault(Process process, Path folder) throws IOException {
    this.process = process;
    this.folder = folder;
    answers = process.inputReader(StandardCharsets.UTF_8);
    commands = process.outputWriter(StandardCharsets.US_ASCII);
    address = expect(READY);
  }

  /**
   * Starts it.
   *
   * @param folder for its certificate and credentials, which is not there
   */
  public static DemoVault start(Path folder) {
    Path lib = Distribution.home().resolve("lib");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classes =
        lib.resolve("node")
            + "/*"
            + System.getProperty("path.separator")
            + lib.resolve("demo")
            + "/*";
    try {
      Process process =
          new ProcessBuilder(
                  java,
                  "@" + Distribution.home().resolve("node.args"),
                  "-cp",
                  classes,
                  MAIN,
                  folder.toAbsolutePath().toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return new DemoVault(process, folder);
    } catch (IOException e) {
      throw new CommandFailedException("the demonstration's Vault cannot be started", e);
    }
  }

  /** For {@code node init}. */
  List<String> settings() {
    return settings("rekindle.keys.", KEY);
  }

  /** The same for a tenant's own key, which is named as in Vault. */
  public List<String> tenantSettings(String key) {
    return settings("rekindle.keys.tenants." + key + ".", key);
  }

  private List<String> settings(String prefix, String key) {
    return List.of(
        prefix + "provider=vault",
        prefix + "vault.address=" + address,
        prefix + "vault.ca-file=" + absolute("tls/server-ca.crt"),
        prefix + "vault.key=" + key,
        prefix + "vault.login=app-role",
        prefix + "vault.role=role-1",
        prefix + "vault.secret-id-file=" + absolute("secret-id"));
  }

  String address() {
    return address;
  }

  private String absolute(String name) {
    return folder.resolve(name).toAbsolutePath().toString();
  }

  /**
   * One of {@code make}, {@code rotate}, {@code trim}, {@code revoke}, {@code restore}; returns
   * when it is done.
   */
  public void command(String name, String key) {
    try {
      commands.write(name + " " + key + "\n");
      commands.flush();
      expect(DONE);
    } catch (IOException e) {
      throw new CommandFailedException("the demonstration's Vault has ended", e);
    }
  }

  private String expect(String beginning) throws IOException {
    for (String line = answers.readLine(); line != null; line = answers.readLine()) {
      if (line.startsWith(beginning)) {
        return line.substring(beginning.length());
      }
    }
    throw new IOException("no answer");
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
