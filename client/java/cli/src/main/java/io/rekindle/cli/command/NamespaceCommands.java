package io.rekindle.cli.command;

import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.Session;
import io.rekindle.v1.CreateNamespaceRequest;
import io.rekindle.v1.DeleteNamespaceRequest;
import io.rekindle.v1.Distance;
import io.rekindle.v1.ListNamespacesRequest;
import io.rekindle.v1.Namespace;
import io.rekindle.v1.WordLanguage;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rekindle namespace create|get|list|delete}. */
@Command(
    name = "namespace",
    description = "The tenant boundaries.",
    mixinStandardHelpOptions = true)
public final class NamespaceCommands {
  /** How vectors are compared. */
  enum DistanceName {
    cosine,
    dot,
    l2
  }

  /** Of the contents. */
  enum LanguageName {
    english,
    any,
    arabic,
    cjk,
    danish,
    dutch,
    finnish,
    french,
    german,
    hindi,
    italian,
    norwegian,
    portuguese,
    russian,
    spanish,
    swedish
  }

  @Command(description = "Make a namespace.", mixinStandardHelpOptions = true)
  int create(
      @Mixin Session session,
      @Option(names = "--model", defaultValue = "", description = "external: bring your own")
          String model,
      @Option(names = "--dimensions", defaultValue = "0") int dimensions,
      @Option(names = "--distance", defaultValue = "cosine") DistanceName distance,
      @Option(names = "--declare", description = "a metadata path to filter at full speed")
          @Nullable List<String> declaredPaths,
      @Option(names = "--dedupe", description = "store equal content once") boolean dedupe,
      @Option(names = "--slices", defaultValue = "1") int slices,
      @Option(
              names = "--word-language",
              defaultValue = "english",
              description = "of contents, for searches by words: ${COMPLETION-CANDIDATES}")
          LanguageName wordLanguage,
      @Option(
              names = "--customer-key",
              defaultValue = "",
              description =
                  "of a root namespace: who wraps its keys, NAME of rekindle.keys.tenants.NAME")
          String customerKey,
      @Parameters(paramLabel = "NAME", description = "such as company_a/support") String name) {
    CreateNamespaceRequest request =
        CreateNamespaceRequest.newBuilder()
            .setNamespace(
                Namespace.newBuilder()
                    .setNamespace(name)
                    .setEmbeddingModel(model)
                    .setDimensions(dimensions)
                    .setDistance(
                        Distance.valueOf("DISTANCE_" + distance.name().toUpperCase(Locale.ROOT)))
                    .addAllDeclaredPaths(declaredPaths == null ? List.of() : declaredPaths)
                    .setDedupeContent(dedupe)
                    .setSlices(slices)
                    .setWordLanguage(
                        WordLanguage.valueOf(
                            "WORD_LANGUAGE_" + wordLanguage.name().toUpperCase(Locale.ROOT)))
                    .setCustomerKey(customerKey))
            .build();
    Namespace created =
        session.connected(client -> client.namespaces().create(request).execute().getNamespace());
    session.answer(created, Texts::line);
    return ExitCodes.OK;
  }

  @Command(description = "Show one namespace.", mixinStandardHelpOptions = true)
  int get(@Mixin Session session, @Parameters(paramLabel = "NAME") String name) {
    Namespace namespace =
        session.connected(client -> client.namespaces().get(name).execute().getNamespace());
    session.answer(namespace, Texts::line);
    return ExitCodes.OK;
  }

  @Command(description = "List the namespaces you may see.", mixinStandardHelpOptions = true)
  int list(
      @Mixin Session session,
      @Option(names = "--below", defaultValue = "") String below,
      @Option(names = "--page-size", defaultValue = "100") int pageSize,
      @Option(names = "--page-token", defaultValue = "") String pageToken) {
    ListNamespacesRequest request =
        ListNamespacesRequest.newBuilder()
            .setBelow(below)
            .setPageSize(pageSize)
            .setPageToken(pageToken)
            .build();
    session.answer(
        session.connected(client -> client.namespaces().list(request).execute()),
        page -> Texts.page(page.getNamespacesList(), Texts::line, page.getNextPageToken()));
    return ExitCodes.OK;
  }

  @Command(
      description = "Delete a namespace that has no children.",
      mixinStandardHelpOptions = true)
  int delete(
      @Mixin Session session,
      @Option(names = "--with-memories", description = "and all that is in it")
          boolean withMemories,
      @Parameters(paramLabel = "NAME") String name) {
    DeleteNamespaceRequest request =
        DeleteNamespaceRequest.newBuilder()
            .setNamespace(name)
            .setWithMemories(withMemories)
            .build();
    session.answer(
        session.connected(client -> client.namespaces().delete(request).execute()),
        deleted -> "deleted, with %d memories".formatted(deleted.getMemoriesDeleted()));
    return ExitCodes.OK;
  }
}
