package io.rekindle.node.kms.vault;

import io.github.jopenlibs.vault.EnvironmentLoader;
import io.github.jopenlibs.vault.Vault;
import io.github.jopenlibs.vault.VaultConfig;
import io.github.jopenlibs.vault.VaultException;
import io.github.jopenlibs.vault.VaultImpl;
import io.github.jopenlibs.vault.json.Json;
import io.github.jopenlibs.vault.json.JsonObject;
import io.github.jopenlibs.vault.json.JsonValue;
import io.github.jopenlibs.vault.response.LogicalResponse;
import io.github.jopenlibs.vault.rest.RestResponse;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Single requests to Vault, and which of its answers are Vault's own. Safe for use by many threads.
 *
 * <p>The driver speaks of versions, namespaces and faults; what it makes of an answer is not used,
 * because it passes over what it can't parse.
 */
final class VaultRequests implements AutoCloseable {
  /** Of which it tells the namespace at each request. */
  private static final Logger DRIVER = Logger.getLogger(VaultImpl.class.getCanonicalName());

  private static final int BAD_REQUEST = 400;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;

  static {
    DRIVER.setLevel(Level.WARNING);
  }

  private final String address;
  private final Optional<String> namespace;
  private final HttpClient client;

  VaultRequests(String address, Optional<String> namespace, HttpClient client) {
    this.address = address;
    this.namespace = namespace;
    this.client = client;
  }

  /**
   * What Vault said.
   *
   * @param errors of a refusal, in one text; empty of what is none
   */
  record Answer(int status, JsonObject body, String errors) {
    boolean isRefusal() {
      return status >= BAD_REQUEST;
    }

    boolean isForbidden() {
      return status == FORBIDDEN;
    }

    String reason() {
      return "status " + status + (errors.isEmpty() ? "" : ": " + errors);
    }

    /** A part of the body; null when it has none. */
    @Nullable JsonObject part(String name) {
      JsonValue part = body.get(name);
      return part != null && part.isObject() ? part.asObject() : null;
    }
  }

  String address() {
    return address;
  }

  /**
   * A POST.
   *
   * @param token null for a login
   * @throws KeyManagementException with {@link Probe#UNREACHABLE} when there is no answer, or one
   *     that is not Vault's, as of a proxy before it, or says nothing about what was asked
   */
  Answer write(String path, Map<String, Object> fields, @Nullable String token) {
    return answer(() -> vault(token).logical().write(path, fields));
  }

  /**
   * A GET.
   *
   * @throws KeyManagementException as {@link #write}
   */
  Answer read(String path, String token) {
    return answer(() -> vault(token).logical().read(path));
  }

  @FunctionalInterface
  private interface Request {
    LogicalResponse send() throws VaultException;
  }

  private static Answer answer(Request request) {
    RestResponse response;
    try {
      response = request.send().getRestResponse();
    } catch (VaultException e) {
      throw unreachable(e);
    }
    int status = response.getStatus();
    JsonObject body = parsed(response.getBody());
    if (status < BAD_REQUEST) {
      return new Answer(status, body, "");
    }
    if (status != BAD_REQUEST && status != FORBIDDEN && status != NOT_FOUND) {
      throw new KeyManagementException(
          Probe.UNREACHABLE, "Vault puts off", "status " + status, null);
    }
    Answer refusal = new Answer(status, body, errors(body, status));
    if (status == NOT_FOUND) {
      // Of a path: of a key or a login that is not there, it says so with another status.
      throw new KeyManagementException(
          Probe.UNREACHABLE,
          "Vault has nothing at this mount or namespace",
          "no such mount or namespace: " + refusal.reason(),
          null);
    }
    return refusal;
  }

  /** The text of a fault may have any answer in it, and is not shown. */
  private static KeyManagementException unreachable(VaultException fault) {
    int status = fault.getHttpStatusCode();
    Throwable cause = fault;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return new KeyManagementException(
        Probe.UNREACHABLE,
        "Vault does not answer",
        status == 0 ? cause.getClass().getSimpleName() : "status " + status,
        cause instanceof IOException ? cause : null);
  }

  private static JsonObject parsed(byte[] body) {
    try {
      return Json.parse(new String(body, StandardCharsets.UTF_8)).asObject();
    } catch (RuntimeException e) {
      // Not what Vault says of anything. The cause may repeat it.
      throw new KeyManagementException(
          Probe.UNREACHABLE, "this is no answer of Vault", "no JSON", null);
    }
  }

  private static String errors(JsonObject body, int status) {
    JsonValue errors = body.get("errors");
    if (errors == null || !errors.isArray()) {
      throw new KeyManagementException(
          Probe.UNREACHABLE, "this is no answer of Vault", "status " + status, null);
    }
    return errors.asArray().values().stream()
        .map(error -> error.isString() ? error.asString() : error.toString())
        .collect(Collectors.joining("; "));
  }

  /**
   * A client of the driver. Transit is no store of secrets, for which alone the newer kind of paths
   * is; the environment is for people, and would have a say otherwise.
   */
  private Vault vault(@Nullable String token) {
    try {
      VaultConfig config =
          new VaultConfig()
              .environmentLoader(new NoEnvironment())
              .address(address)
              .engineVersion(1)
              .httpClient(client);
      if (token != null) {
        config.token(token);
      }
      if (namespace.isPresent()) {
        config.nameSpace(namespace.get());
      }
      return Vault.create(config.build());
    } catch (VaultException e) {
      throw new IllegalStateException("the driver refuses what was checked", e);
    }
  }

  @Override
  public void close() {
    client.close();
  }

  private static final class NoEnvironment extends EnvironmentLoader {
    private static final long serialVersionUID = 1L;

    @Override
    @SuppressWarnings("NullAway") // As the driver has it of what is not set.
    public String loadVariable(String name) {
      return null;
    }
  }
}
