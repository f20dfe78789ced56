package io.rekindle.node.kms.vault;

import io.rekindle.node.kms.CredentialFile;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.util.Map;

/** What a node shows to Vault to be let in; files are read anew each time, and may be replaced. */
sealed interface VaultCredentials {
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
  record Token(CredentialFile file) implements VaultCredentials {
    String read() {
      return file.secretLine();
    }
  }

  /** A role id, and a secret id from a file. */
  record AppRole(String mount, String roleId, CredentialFile secretIdFile) implements ForToken {
    @Override
    public String path() {
      return "auth/" + mount + "/login";
    }

    @Override
    public Map<String, Object> fields() {
      return Map.of("role_id", roleId, "secret_id", secretIdFile.secretLine());
    }

    @Override
    public boolean isRefusalUnsure() {
      return false;
    }
  }

  /** The token of a service account of Kubernetes, which renews its file by itself. */
  record Kubernetes(String mount, String role, CredentialFile tokenFile) implements ForToken {
    @Override
    public String path() {
      return "auth/" + mount + "/login";
    }

    /** A projected volume gives its files a mode of its own. */
    @Override
    public Map<String, Object> fields() {
      return Map.of("role", role, "jwt", tokenFile.line());
    }

    /** Vault asks Kubernetes, and says of a fault on that way that permission is denied. */
    @Override
    public boolean isRefusalUnsure() {
      return true;
    }
  }
}
