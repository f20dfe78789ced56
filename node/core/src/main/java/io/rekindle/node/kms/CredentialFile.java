package io.rekindle.node.kms;

import io.rekindle.node.error.StartRefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file with what a node shows to a provider to be let in. It is read anew each time, since others
 * replace or renew it; so what can't be read is {@link KeyManagementService.Probe#UNREACHABLE},
 * with a reason that names the setting and the file.
 *
 * @param setting what names the file: a configuration key, or a variable of the environment
 */
public record CredentialFile(String setting, Path path) {
  /** A longer file is cut there, or refused if it is a secret. */
  public static final int BYTES_MAX = 64 << 10;

  /** Of a token, a secret or a JWT; whatever else would be refused, or be no header. */
  private static final Pattern CREDENTIAL = Pattern.compile("[\\x21-\\x7e]+");

  /** Whether a text can be a credential: something, all of it printable ASCII without spaces. */
  public static boolean isCredential(String text) {
    return CREDENTIAL.matcher(text).matches();
  }

  /** The one line of a file that only its owner may read. */
  public String secretLine() {
    return line(secretBytes());
  }

  /** The one line of a file with a mode of its own, as a projected volume of Kubernetes has it. */
  public String line() {
    return line(bytes());
  }

  /** A file that only its owner may read. */
  public byte[] secretBytes() {
    try {
      return SecretFiles.read(path, what(), BYTES_MAX);
    } catch (StartRefusedException e) {
      throw refused(String.valueOf(e.getMessage()), e);
    }
  }

  /** A file, whatever its mode. */
  public byte[] bytes() {
    try (InputStream in = Files.newInputStream(path)) {
      return in.readNBytes(BYTES_MAX);
    } catch (IOException e) {
      throw refused("The " + what() + " " + path + " cannot be read.", e);
    }
  }

  /**
   * What to throw when there is not in the file what should be.
   *
   * @param why goes on after the file's name, and has nothing of its content
   */
  public KeyManagementException unreadable(String why) {
    return refused("The " + what() + " " + path + " " + why + ".", null);
  }

  /** A file that is just being replaced may be empty. */
  private String line(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8).strip();
    if (!isCredential(text)) {
      throw unreadable("holds no credential of one line");
    }
    return text;
  }

  private String what() {
    return "file of " + setting;
  }

  private static KeyManagementException refused(String reason, @Nullable Exception cause) {
    return new KeyManagementException(
        KeyManagementService.Probe.UNREACHABLE, "the credentials can't be read", reason, cause);
  }
}
