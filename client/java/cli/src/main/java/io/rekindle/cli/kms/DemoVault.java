package io.rekindle.cli.kms;

import io.rekindle.cli.CommandFailedException;
import io.rekindle.cli.node.Distribution;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

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
  private static final int ERROR_LINES_MAX = 20;

  private final Process process;
  private final Thread errorReader;

  /** The last lines of its standard error; under the lock of itself. */
  private final Deque<String> errors = new ArrayDeque<>();

  private final BufferedReader answers;
  private final Writer commands;
  private final Path folder;
  private final String address;

  private DemoVault(Process process, Path folder) {
    this.process = process;
    this.folder = folder;
    answers = process.inputReader(StandardCharsets.UTF_8);
    commands = process.outputWriter(StandardCharsets.US_ASCII);
    errorReader =
        Thread.ofPlatform().daemon().name("vault-errors").start(() -> keepErrors(process));
    address = expect(READY);
  }

  /**
   * Starts it.
   *
   * @param folder for its certificate and credentials, which is not there
   */
  public static DemoVault start(Path folder) {
    return start(Distribution.home(), folder);
  }

  /** As above, of a distribution. */
  static DemoVault start(Path home, Path folder) {
    Path lib = home.resolve("lib");
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
                  "@" + home.resolve("node.args"),
                  "-cp",
                  classes,
                  MAIN,
                  folder.toAbsolutePath().toString())
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
    } catch (IOException e) {
      throw ended(e);
    }
    expect(DONE);
  }

  private String expect(String beginning) {
    try {
      for (String line = answers.readLine(); line != null; line = answers.readLine()) {
        if (line.startsWith(beginning)) {
          return line.substring(beginning.length());
        }
      }
    } catch (IOException e) {
      throw ended(e);
    }
    throw ended(null);
  }

  private void keepErrors(Process of) {
    try (BufferedReader lines = of.errorReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (errors) {
          errors.addLast(line);
          if (errors.size() > ERROR_LINES_MAX) {
            errors.removeFirst();
          }
        }
      }
    } catch (IOException e) {
      // The end of the process is the end of what it says.
    }
  }

  /** With what it said last. */
  private CommandFailedException ended(@Nullable IOException cause) {
    close();
    String said;
    try {
      errorReader.join(Duration.ofSeconds(END_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (errors) {
      said = String.join(System.lineSeparator(), errors);
    }
    String sentence = "the demonstration's Vault has ended";
    return new CommandFailedException(
        said.isEmpty() ? sentence : sentence + ":" + System.lineSeparator() + said, cause);
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
