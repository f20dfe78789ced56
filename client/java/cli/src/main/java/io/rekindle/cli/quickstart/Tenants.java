package io.rekindle.cli.quickstart;

import io.grpc.Status;
import io.rekindle.cli.CommandFailedException;
import io.rekindle.cli.node.NodeFolder;
import io.rekindle.client.RekindleClient;
import io.rekindle.client.RekindleClientException;
import io.rekindle.v1.CreateApiKeyRequest;
import io.rekindle.v1.CreateApiKeyResponse;
import io.rekindle.v1.CreateNamespaceRequest;
import io.rekindle.v1.Grant;
import io.rekindle.v1.KeyScope;
import io.rekindle.v1.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/** The two companies of the tour: their namespaces and API keys. */
final class Tenants {
  static final String SUPPORT_A = "company_a/support";
  static final String PRODUCT_A = "company_a/product";
  static final String SUPPORT_B = "company_b/support";

  private final NodeFolder folder;

  Tenants(NodeFolder folder) {
    this.folder = folder;
  }

  RekindleClient connect(String apiKey) {
    return RekindleClient.builder(folder.target())
        .caCertificate(folder.serverCa())
        .apiKey(apiKey)
        .build();
  }

  void createNamespaces(RekindleClient admin, Steps steps) {
    for (String name : List.of(SUPPORT_A, PRODUCT_A, SUPPORT_B)) {
      CreateNamespaceRequest request =
          CreateNamespaceRequest.newBuilder()
              .setNamespace(Namespace.newBuilder().setNamespace(name))
              .build();
      String state = "made";
      try {
        admin.namespaces().create(request).execute();
      } catch (RekindleClientException e) {
        if (e.code() != Status.Code.ALREADY_EXISTS) {
          throw e;
        }
        state = "found again";
      }
      steps.line("%-18s %s".formatted(name, state));
    }
  }

  void createKeys(RekindleClient admin, Steps steps) {
    createKey(admin, steps, fileOfA(), "agent of company A", List.of(SUPPORT_A, PRODUCT_A));
    createKey(admin, steps, fileOfB(), "agent of company B", List.of(SUPPORT_B));
  }

  String keyOfA() {
    return read(fileOfA());
  }

  String keyOfB() {
    return read(fileOfB());
  }

  private Path fileOfA() {
    return folder.path().resolve("company_a.key");
  }

  private Path fileOfB() {
    return folder.path().resolve("company_b.key");
  }

  private static void createKey(
      RekindleClient admin, Steps steps, Path file, String name, List<String> namespaces) {
    if (Files.exists(file)) {
      steps.line("%-18s found again in %s".formatted(name, file));
      return;
    }
    CreateApiKeyRequest.Builder request =
        CreateApiKeyRequest.newBuilder()
            .setDisplayName(name)
            .setScope(KeyScope.KEY_SCOPE_READ_WRITE)
            .setDefaultNamespace(namespaces.getFirst());
    namespaces.forEach(namespace -> request.addGrants(Grant.newBuilder().setNamespace(namespace)));
    CreateApiKeyResponse created = admin.access().createKey(request.build()).execute();
    try {
      Files.createFile(
          file,
          PosixFilePermissions.asFileAttribute(
              Set.copyOf(PosixFilePermissions.fromString("rw-------"))));
      Files.writeString(file, created.getSecret());
    } catch (IOException e) {
      throw new CommandFailedException("the API key cannot be written to its file", e);
    }
    steps.line("%-18s made, in %s".formatted(name, file));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new CommandFailedException("the API key cannot be read from its file", e);
    }
  }
}
