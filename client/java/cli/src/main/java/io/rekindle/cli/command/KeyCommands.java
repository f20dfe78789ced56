package io.rekindle.cli.command;

import com.google.protobuf.Timestamp;
import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.Session;
import io.rekindle.v1.AddGrantRequest;
import io.rekindle.v1.ApiKey;
import io.rekindle.v1.CreateApiKeyRequest;
import io.rekindle.v1.CreateApiKeyResponse;
import io.rekindle.v1.Grant;
import io.rekindle.v1.KeyScope;
import io.rekindle.v1.ListApiKeysRequest;
import io.rekindle.v1.RemoveGrantRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rekindle key create|list|revoke|grant|ungrant}. */
@Command(
    name = "key",
    description = "API keys and what they are granted.",
    mixinStandardHelpOptions = true)
public final class KeyCommands {
  /** What a key can ever do. */
  enum ScopeName {
    read_only,
    read_write,
    admin
  }

  @Command(
      description = "Make an API key; its secret is shown this once.",
      mixinStandardHelpOptions = true)
  int create(
      @Mixin Session session,
      @Option(names = "--scope", defaultValue = "read_write") ScopeName scope,
      @Option(names = "--agent-id", defaultValue = "") String agentId,
      @Option(names = "--default-namespace", defaultValue = "") String defaultNamespace,
      @Option(names = "--expires-in", description = "such as P30D") @Nullable Duration expiresIn,
      @Option(
              names = "--grant",
              required = true,
              description = "a namespace; / for everything; several times")
          List<String> namespaces,
      @Option(names = "--condition", defaultValue = "", description = "a filter for all grants")
          String condition,
      @Option(names = "--action", description = "audit, erase, hold or monitor")
          @Nullable List<String> actions,
      @Parameters(paramLabel = "NAME", description = "for people") String name) {
    CreateApiKeyRequest.Builder request =
        CreateApiKeyRequest.newBuilder()
            .setDisplayName(name)
            .setScope(KeyScope.valueOf("KEY_SCOPE_" + scope.name().toUpperCase(Locale.ROOT)))
            .setAgentId(agentId)
            .setDefaultNamespace(defaultNamespace);
    for (String namespace : namespaces) {
      request.addGrants(grantOf(namespace, condition, actions));
    }
    if (expiresIn != null) {
      request.setExpiresAt(
          Timestamp.newBuilder().setSeconds(Instant.now().plus(expiresIn).getEpochSecond()));
    }
    CreateApiKeyResponse created =
        session.connected(client -> client.access().createKey(request.build()).execute());
    session.answer(
        created, answer -> Texts.line(answer.getApiKey()) + "%n%s".formatted(answer.getSecret()));
    return ExitCodes.OK;
  }

  @Command(description = "List API keys.", mixinStandardHelpOptions = true)
  int list(
      @Mixin Session session,
      @Option(names = "--page-size", defaultValue = "100") int pageSize,
      @Option(names = "--page-token", defaultValue = "") String pageToken) {
    ListApiKeysRequest request =
        ListApiKeysRequest.newBuilder().setPageSize(pageSize).setPageToken(pageToken).build();
    session.answer(
        session.connected(client -> client.access().listKeys(request).execute()),
        page -> Texts.page(page.getApiKeysList(), Texts::line, page.getNextPageToken()));
    return ExitCodes.OK;
  }

  @Command(description = "End an API key at once.", mixinStandardHelpOptions = true)
  int revoke(@Mixin Session session, @Parameters(paramLabel = "KEY_ID") String keyId) {
    ApiKey key =
        session.connected(client -> client.access().revokeKey(keyId).execute().getApiKey());
    session.answer(key, Texts::line);
    return ExitCodes.OK;
  }

  @Command(description = "Open one more namespace to a key.", mixinStandardHelpOptions = true)
  int grant(
      @Mixin Session session,
      @Option(names = "--condition", defaultValue = "") String condition,
      @Option(names = "--action") @Nullable List<String> actions,
      @Parameters(index = "0", paramLabel = "KEY_ID") String keyId,
      @Parameters(index = "1", paramLabel = "NAMESPACE") String namespace) {
    AddGrantRequest request =
        AddGrantRequest.newBuilder()
            .setApiKeyId(keyId)
            .setGrant(grantOf(namespace, condition, actions))
            .build();
    ApiKey key =
        session.connected(client -> client.access().addGrant(request).execute().getApiKey());
    session.answer(key, Texts::line);
    return ExitCodes.OK;
  }

  @Command(description = "Take a grant from a key.", mixinStandardHelpOptions = true)
  int ungrant(
      @Mixin Session session,
      @Option(names = "--condition", defaultValue = "") String condition,
      @Option(names = "--action") @Nullable List<String> actions,
      @Parameters(index = "0", paramLabel = "KEY_ID") String keyId,
      @Parameters(index = "1", paramLabel = "NAMESPACE") String namespace) {
    RemoveGrantRequest request =
        RemoveGrantRequest.newBuilder()
            .setApiKeyId(keyId)
            .setGrant(grantOf(namespace, condition, actions))
            .build();
    ApiKey key =
        session.connected(client -> client.access().removeGrant(request).execute().getApiKey());
    session.answer(key, Texts::line);
    return ExitCodes.OK;
  }

  private static Grant grantOf(String namespace, String condition, @Nullable List<String> actions) {
    return Grant.newBuilder()
        .setNamespace(namespace.equals("/") ? "" : namespace)
        .setCondition(condition)
        .addAllActions(actions == null ? List.of() : actions)
        .build();
  }
}
