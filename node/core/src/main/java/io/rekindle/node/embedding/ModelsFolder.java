package io.rekindle.node.embedding;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.model.EmbeddingModelId;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The operator's models: a folder with a folder for each, called as the model is. All of them are
 * loaded and tried at start, so that a model that can't work is known then, and not by the first
 * memory that fails.
 */
final class ModelsFolder {
  /** Lower case, so that two names never differ on one disk and are the same on another. */
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  private final NodeConfig.Embedding config;
  private final Path folder;
  private final Path natives;

  /**
   * @param natives see {@link NativeLibraries}
   */
  ModelsFolder(NodeConfig.Embedding config, Path folder, Path natives) {
    this.config = config;
    this.folder = folder;
    this.natives = natives;
  }

  /**
   * The models by name, loaded.
   *
   * @param taken names of other models
   * @throws StartRefusedException in one sentence, naming the model, the file or key, and the limit
   */
  List<EmbeddingModel> load(Set<EmbeddingModelId> taken) {
    List<EmbeddingModel> models = new ArrayList<>();
    try {
      for (Path entry : entries()) {
        EmbeddingModelId id = idOf(entry, taken);
        models.add(load(id, entry));
      }
      return models;
    } catch (RuntimeException e) {
      models.forEach(EmbeddingModel::close);
      throw e;
    }
  }

  private Set<Path> entries() {
    Set<Path> entries = new TreeSet<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder)) {
      for (Path entry : found) {
        if (entries.size() == config.modelsMax()) {
          throw new StartRefusedException(
              "The models folder "
                  + folder
                  + " has more than "
                  + config.modelsMax()
                  + " models, the limit of rekindle.embedding.models-max.");
        }
        entries.add(entry);
      }
      return entries;
    } catch (IOException e) {
      throw new StartRefusedException(
          "The models folder " + folder + " is missing or can't be read.", e);
    }
  }

  private static EmbeddingModelId idOf(Path entry, Set<EmbeddingModelId> taken) {
    String name = String.valueOf(entry.getFileName());
    if (!Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
      throw new StartRefusedException(
          "The models folder holds folders, one for each model, and "
              + ModelFault.quote(name)
              + " is none.");
    }
    if (!NAME.matcher(name).matches()) {
      throw new StartRefusedException(
          "The name of an embedding model is 1 to 64 characters of a-z, 0-9, '.', '_' and '-', and "
              + ModelFault.quote(name)
              + " is not.");
    }
    EmbeddingModelId id = new EmbeddingModelId(name);
    if (taken.contains(id) || id.equals(EmbeddingModelId.EXTERNAL)) {
      throw new StartRefusedException(
          "The name of the embedding model " + name + " is taken by Rekindle itself.");
    }
    return id;
  }

  private EmbeddingModel load(EmbeddingModelId id, Path entry) {
    try {
      ModelSpec spec = ModelProperties.read(id, ModelFolder.of(entry, config));
      OnnxEmbeddingModel model = new OnnxEmbeddingModel(spec, natives);
      try {
        model.warmUp();
        return model;
      } catch (RuntimeException e) {
        model.close();
        throw e;
      }
    } catch (RekindleException e) {
      throw new StartRefusedException(
          "The embedding model " + id + " can't be used: " + e.describe() + ".", e);
    } catch (IOException e) {
      throw new StartRefusedException(
          "The folder of the embedding model " + id + " can't be read.", e);
    }
  }
}
