package io.rekindle.node.storage.row;

import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSettings;
import java.util.List;
import java.util.UUID;

/** A namespace on disk; its key is its path as text. */
public final class NamespaceRow {
  static final byte FORMAT = 1;

  private final byte format;
  private final UUID id;
  private final String embeddingModel;
  private final int dimensions;
  private final byte distance;
  private final String[] declaredPaths;
  private final boolean dedupeContent;
  private final int slices;
  private final byte wordLanguage;
  private final long createdAtMicros;
  private final long version;

  public NamespaceRow(Namespace namespace) {
    this.format = FORMAT;
    NamespaceSettings settings = namespace.settings();
    this.id = namespace.id().value();
    this.embeddingModel = settings.embeddingModel().value();
    this.dimensions = settings.dimensions();
    this.distance = Codes.of(settings.distance());
    this.declaredPaths = settings.declaredPaths().toArray(String[]::new);
    this.dedupeContent = settings.dedupeContent();
    this.slices = settings.slices();
    this.wordLanguage = Codes.of(settings.wordLanguage());
    this.createdAtMicros = Micros.of(namespace.createdAt());
    this.version = namespace.version();
  }

  public Namespace namespace(NamespacePath path) {
    Formats.requireKnown(format, FORMAT);
    return new Namespace(
        new NamespaceId(id),
        path,
        new NamespaceSettings(
            new EmbeddingModelId(embeddingModel),
            dimensions,
            Codes.distance(distance),
            List.of(declaredPaths),
            dedupeContent,
            slices,
            Codes.wordLanguage(wordLanguage)),
        Micros.toInstant(createdAtMicros),
        version);
  }
}
