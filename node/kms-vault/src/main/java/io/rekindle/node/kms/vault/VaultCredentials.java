package io.rekindle.node.kms.vault;

import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.SecretFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/** What a node shows to Vault to be let in; files are read anew each time, and may be replaced. */
sealed interface VaultCredentials {
  int FILE_BYTES_MAX = 64 << 10;

  /** Of a token, a secret id and a JWT; whatever else would be refused, or be no header. */
  Pattern CREDENTIAL = Pattern.compile("[\\x21-\\x7e]+");

  /** Those that are given a token for it. */
  sealed interface ForToken extends VaultCredentials {
    /** Where to ask, below {@code /v1/}. */
    String path();

    /**
     * What is shown.
     *
     * @throws KeyManagementException with {@link Probe#UNREACHABLE} when the file can't be read
     */
    Map<String, Object> fields();

    /** Whether a 403 may as well mean that Vault could not find out who is asking. */
    boolean isRefusalUnsure();
  }

  /** A token that somebody else keeps alive, or Vault Agent writes. */
  record Token(Path file) implements VaultCredentials {
    String read() {
      return secret(file, "Vault token file");
    }
  }

  /** A role id, and a secret id from a file. */
  record AppRole(String mount, String roleId, Path secretIdFile) implements ForToken {
    @Override
    public String path() {
      return "auth/" + mount + "/login";
    }

    @Override
    public Map<String, Object> fields() {
      return Map.of("role_id", roleId, "secret_id", secret(secretIdFile, "Vault secret id file"));
    }

    @Override
    public boolean isRefusalUnsure() {
      return false;
    }
  }

  /** The token of a service account of Kubernetes, which renews its file by itself. */
  record Kubernetes(String mount, String role, Path tokenFile) implements ForToken {
    @Override
    public String path() {
      return "auth/" + mount + "/login";
    }

    /** A projected volume gives its files a mode of its own. */
    @Override
    public Map<String, Object> fields() {
      try (InputStream in = Files.newInputStream(tokenFile)) {
        return Map.of("role", role, "jwt", text(in.readNBytes(FILE_BYTES_MAX)));
      } catch (IOException e) {
        throw new KeyManagementException(
            Probe.UNREACHABLE, "the token of the service account can't be read", e);
      }
    }

    /** Vault asks Kubernetes, and says of a fault on that way that permission is denied. */
    @Override
    public boolean isRefusalUnsure() {
      return true;
    }
  }

  private static String secret(Path file, String what) {
    try {
      return text(SecretFiles.read(file, what, FILE_BYTES_MAX));
    } catch (StartRefusedException e) {
      throw new KeyManagementException(
          Probe.UNREACHABLE, "the credentials for Vault can't be read", e.getMessage(), null);
    }
  }

  /** A file that is just being replaced may be empty. */
  private static String text(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8).strip();
    if (!CREDENTIAL.matcher(text).matches()) {
      throw new KeyManagementException(
          Probe.UNREACHABLE,
          "the credentials for Vault can't be read",
          "the file holds no credential of one line",
          null);
    }
    return text;
  }
}
