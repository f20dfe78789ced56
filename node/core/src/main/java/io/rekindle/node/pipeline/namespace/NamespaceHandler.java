package io.rekindle.node.pipeline.namespace;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.embedding.EmbeddingModel;
import io.rekindle.node.embedding.ModelRegistry;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceCommand;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.model.NewNamespace;
import io.rekindle.node.model.Reply;
import io.rekindle.node.pipeline.token.PageTokens;
import io.rekindle.node.storage.NamespaceStore;
import io.rekindle.node.storage.Page;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes, shows, lists and deletes namespaces. */
public final class NamespaceHandler {
  private final NamespaceStore namespaces;
  private final ModelRegistry models;
  private final PageTokens tokens;

  public NamespaceHandler(NamespaceStore namespaces, ModelRegistry models, PageTokens tokens) {
    this.namespaces = namespaces;
    this.models = models;
    this.tokens = tokens;
  }

  public Reply handle(AccessPass pass, NamespaceCommand command) {
    return switch (command) {
      case NamespaceCommand.Get c -> reply(pass, namespaces.get(pass, c.path()));
      case NamespaceCommand.Create c -> create(pass, c);
      case NamespaceCommand.Delete c ->
          new Reply.NamespaceDeleted(namespaces.delete(pass, c.path(), c.withMemories()));
      case NamespaceCommand.ListPage c -> list(pass, c);
    };
  }

  private Reply create(AccessPass pass, NamespaceCommand.Create command) {
    NamespaceSettings settings = settings(command.wanted());
    return reply(pass, namespaces.create(pass, command.path(), settings, command.customerKey()));
  }

  private Reply.NamespaceReply reply(AccessPass pass, Namespace namespace) {
    return new Reply.NamespaceReply(namespace, namespaces.customerKey(pass, namespace.path()));
  }

  /** A model decides dimensions and distance; with {@code external} the caller does. */
  private NamespaceSettings settings(NewNamespace wanted) {
    if (wanted.embeddingModel().equals(EmbeddingModelId.EXTERNAL)) {
      return wanted.settings(
          wanted.dimensions(), wanted.distance() == null ? Distance.COSINE : wanted.distance());
    }
    EmbeddingModel model = models.choose(wanted.embeddingModel());
    if (wanted.dimensions() != 0 && wanted.dimensions() != model.dimensions()) {
      throw notOfModel(model, "dimensions", model.dimensions(), wanted.dimensions());
    }
    if (wanted.distance() != null && wanted.distance() != model.distance()) {
      throw notOfModel(model, "distance", model.distance(), wanted.distance());
    }
    return wanted.settings(model.dimensions(), model.distance());
  }

  private static RekindleException notOfModel(
      EmbeddingModel model, String field, Object expected, Object actual) {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("field", field);
    details.put("model", model.id().value());
    details.put("expected", expected.toString().toLowerCase(Locale.ROOT));
    details.put("actual", actual.toString().toLowerCase(Locale.ROOT));
    return new RekindleException(
        ErrorCode.INVALID_ARGUMENT,
        "the embedding model decides dimensions and distance: leave them out",
        details);
  }

  private Reply list(AccessPass pass, NamespaceCommand.ListPage command) {
    List<@Nullable String> binding =
        Arrays.asList(command.below() == null ? null : command.below().toString());
    NamespacePath after =
        command.page() == null
            ? null
            : NamespacePath.parse(tokens.open(pass, binding, command.page()).getFirst());
    Page<Namespace> page = namespaces.list(pass, command.below(), command.pageSize(), after);
    String next =
        page.more()
            ? tokens.seal(pass, binding, List.of(page.items().getLast().path().toString()))
            : null;
    return new Reply.NamespacesListed(
        page.items().stream().map(namespace -> reply(pass, namespace)).toList(), next);
  }
}
