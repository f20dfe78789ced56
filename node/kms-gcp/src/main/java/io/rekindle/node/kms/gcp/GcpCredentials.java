package io.rekindle.node.kms.gcp;

import com.google.auth.http.HttpTransportFactory;
import com.google.auth.oauth2.ComputeEngineCredentials;
import com.google.auth.oauth2.ExternalAccountCredentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ServiceAccountCredentials;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.rekindle.node.kms.CredentialFile;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a node shows to Google to be let in; files are read anew each time, and may be replaced. */
sealed interface GcpCredentials {
  /** All that a node does with Google. */
  List<String> SCOPES = List.of("https://www.googleapis.com/auth/cloudkms");

  /**
   * Those of Google's own library, for one login.
   *
   * @throws KeyManagementException with {@link Probe#UNREACHABLE} when they can't be read
   */
  GoogleCredentials read(HttpTransportFactory transports);

  /** The one server that is asked; empty when the credentials themselves name theirs. */
  Optional<URI> server();

  /** Whether a refused login is of the credentials, and not of somebody who vouches for them. */
  boolean isOwn(GoogleCredentials google);

  /**
   * The key of a service account, mode 0600, or a federated identity whose own token is in a file,
   * as in a pod of another cloud. Identities that are federated in other ways would have a node ask
   * servers without TLS, run programs, or read the environment.
   */
  record OfFile(CredentialFile file) implements GcpCredentials {
    /** What the source of a token is described by when it is a file. */
    private static final Set<String> FILE_SOURCE = Set.of("file", "format");

    @Override
    public GoogleCredentials read(HttpTransportFactory transports) {
      byte[] bytes = file.bytes();
      try {
        JsonObject fields = json(bytes);
        return switch (text(fields, "type")) {
          case "service_account" -> serviceAccount(transports);
          case "external_account" -> federated(fields, transports);
          case null, default ->
              throw file.unreadable("holds neither a service account nor a federated identity");
        };
      } finally {
        Arrays.fill(bytes, (byte) 0);
      }
    }

    /** The causes of what can't be read may have the private key in them. */
    private JsonObject json(byte[] bytes) {
      try {
        return JsonParser.parseString(new String(bytes, StandardCharsets.UTF_8)).getAsJsonObject();
      } catch (JsonParseException | IllegalStateException e) {
        throw file.unreadable("is no JSON");
      }
    }

    private static @Nullable String text(JsonObject fields, String name) {
      JsonElement value = fields.get(name);
      return value != null && value.isJsonPrimitive() ? value.getAsString() : null;
    }

    private GoogleCredentials serviceAccount(HttpTransportFactory transports) {
      byte[] secret = file.secretBytes();
      try {
        return ServiceAccountCredentials.fromStream(new ByteArrayInputStream(secret), transports)
            .createWithCustomRetryStrategy(false)
            .createScoped(SCOPES);
      } catch (IOException | RuntimeException e) {
        throw file.unreadable("has a service account that lacks something, or has a damaged key");
      } finally {
        Arrays.fill(secret, (byte) 0);
      }
    }

    /** There is no secret in most of them. */
    private GoogleCredentials federated(JsonObject fields, HttpTransportFactory transports) {
      if (fields.has("client_secret")) {
        Arrays.fill(file.secretBytes(), (byte) 0);
      }
      if (!(fields.get("credential_source") instanceof JsonObject source)
          || !source.has("file")
          || !FILE_SOURCE.containsAll(source.keySet())) {
        throw file.unreadable("has a federated identity whose token is not in a file");
      }
      // Written anew: what the library reads is what was looked at.
      byte[] checked = fields.toString().getBytes(StandardCharsets.UTF_8);
      try {
        return ExternalAccountCredentials.fromStream(new ByteArrayInputStream(checked), transports)
            .createScoped(SCOPES);
      } catch (IOException | RuntimeException e) {
        throw file.unreadable("has a federated identity that lacks something");
      }
    }

    @Override
    public Optional<URI> server() {
      return Optional.empty();
    }

    @Override
    public boolean isOwn(GoogleCredentials google) {
      return google instanceof ServiceAccountCredentials;
    }
  }

  /**
   * The service account of the machine or pod. Google's library would take the address of the
   * metadata server from {@code GCE_METADATA_HOST}; here it is fixed.
   */
  record OfInstance(URI metadata) implements GcpCredentials {
    @Override
    public GoogleCredentials read(HttpTransportFactory transports) {
      return ComputeEngineCredentials.newBuilder()
          .setHttpTransportFactory(transports)
          .setScopes(SCOPES)
          .build();
    }

    @Override
    public Optional<URI> server() {
      return Optional.of(metadata);
    }

    @Override
    public boolean isOwn(GoogleCredentials google) {
      return false;
    }
  }
}
