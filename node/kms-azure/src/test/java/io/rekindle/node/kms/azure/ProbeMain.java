package io.rekindle.node.kms.azure;

import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.kms.KeyManagementService;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A process that asks a key by two logins, in whatever environment it was begun. */
final class ProbeMain {
  private ProbeMain() {}

  /**
   * Says what the key says.
   *
   * @param arguments a folder, the address of a metadata service, and settings
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    Map<String, String> settings = new HashMap<>();
    for (int i = 2; i < arguments.length; i++) {
      String[] both = arguments[i].split("=", 2);
      settings.put(both[0], both[1]);
    }
    for (String login : new String[] {"client-secret", "managed-identity"}) {
      settings.put("rekindle.keys.azure.login", login);
      try (KeyManagementService kms =
          new AzureKeyManagementProvider(URI.create(arguments[1]))
              .open(NodeConfigLoader.load(folder, settings).keys(), folder)) {
        System.out.println(login + " " + kms.probe());
      }
    }
  }
}
