package io.rekindle.node.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.Pass;
import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespacePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Words on disk: what a start finds of them, and what is not left there. */
class WordFilesIT {
  private static final Pass ALL = StorageNode.PASS;
  private static final String LINEAGE = "lineage";

  @TempDir Path folder;

  private static MemoryId store(StorageNode node, Namespace space, String content) {
    MemoryId id = new MemoryId(UUID.randomUUID());
    node.storage()
        .memories()
        .store(ALL, space, Drafts.of(content).draft(), id, null, null, LINEAGE);
    return id;
  }

  private static List<MemoryId> find(StorageNode node, Namespace space, String words) {
    SearchQuery query = SearchQuery.byWords(words, 1_000, null, Filter.ALL);
    return node.storage().memories().search(ALL, List.of(space), query, null).hits().stream()
        .map(hit -> hit.memory().memoryId())
        .toList();
  }

  /** Of the best hit: it says what all words of the namespace count. */
  private static float score(StorageNode node, Namespace space, String words) {
    node.storage().indexes().compactWords();
    SearchQuery query = SearchQuery.byWords(words, 1, null, Filter.ALL);
    return node.storage()
        .memories()
        .search(ALL, List.of(space), query, null)
        .hits()
        .getFirst()
        .score();
  }

  private List<Path> files() throws IOException {
    Path words = folder.resolve("words");
    if (!Files.isDirectory(words)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(words)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void aStartGoesOnWithWhatWasLeftAndFindsWhatChangedSince() throws Exception {
    NamespacePath large = NamespacePath.parse("words/large");
    List<MemoryId> ids = new ArrayList<>();
    MemoryId changed;
    MemoryId deleted;
    MemoryId late;
    try (StorageNode node = new StorageNode(folder)) {
      Namespace space = node.namespace(large.toString(), StorageNode.modelSettings(1));
      for (int i = 0; i < StorageNode.WORD_FILES_FROM; i++) {
        ids.add(store(node, space, "zebra number " + i));
      }
      assertThat(find(node, space, "zebra")).containsExactlyInAnyOrderElementsOf(ids);
      node.storage().indexes().keepWordFiles();
      assertThat(files()).isNotEmpty();
      noFileHolds("zebra");
      copy(folder.resolve("words"), folder.resolve("before"));

      changed = ids.removeFirst();
      deleted = ids.removeFirst();
      node.storage()
          .memories()
          .update(
              ALL,
              space,
              changed,
              null,
              Drafts.of("a lion").patch(MemoryPatch.Field.CONTENT),
              null,
              LINEAGE);
      node.storage().memories().delete(ALL, space, deleted, null, null, LINEAGE);
      late = store(node, space, "a late zebra");
    }
    ids.add(late);
    // As after a kill: the files are of the time before the changes.
    TestFolders.delete(folder.resolve("words"));
    Files.move(folder.resolve("before"), folder.resolve("words"));
    try (StorageNode node = new StorageNode(folder)) {
      Namespace space = node.storage().namespaces().get(StorageNode.PASS, large);
      assertThat(find(node, space, "zebra")).containsExactlyInAnyOrderElementsOf(ids);
      assertThat(find(node, space, "lion")).containsExactly(changed);
      assertThat(find(node, space, "number")).doesNotContain(deleted);
      float goneOnWith = score(node, space, "zebra");
      node.storage().indexes().forget(space.id());
      assertThat(goneOnWith).isEqualTo(score(node, space, "zebra"));
    }
  }

  @Test
  void theWordsOfSmallNamespacesAndOfDeletedOnesAreNotOnDisk() throws Exception {
    try (StorageNode node = new StorageNode(folder)) {
      Namespace small = node.namespace("words/small", StorageNode.modelSettings(1));
      store(node, small, "zebra");
      assertThat(find(node, small, "zebra")).hasSize(1);
      node.storage().indexes().keepWordFiles();
      assertThat(files()).isEmpty();

      Namespace large = node.namespace("words/gone", StorageNode.modelSettings(1));
      for (int i = 0; i < StorageNode.WORD_FILES_FROM; i++) {
        store(node, large, "zebra");
      }
      assertThat(find(node, large, "zebra")).hasSize(StorageNode.WORD_FILES_FROM);
      node.storage().indexes().keepWordFiles();
      assertThat(files()).isNotEmpty();

      node.storage().namespaces().delete(ALL, large.path(), true);

      assertThat(files()).isEmpty();
    }
  }

  @Test
  void filesThatNobodyUsesAreDeletedWhenTheyAreOld() throws Exception {
    try (StorageNode node = new StorageNode(folder)) {
      Path words = folder.resolve("words");
      Path old = Files.createDirectories(words.resolve(UUID.randomUUID().toString()));
      Files.writeString(old.resolve("segments_1"), "sealed");
      Path young = Files.createDirectories(words.resolve(UUID.randomUUID().toString()));
      Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(21))));

      node.storage().indexes().keepWordFiles();

      assertThat(old).doesNotExist();
      assertThat(young).exists();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path)));
      }
    }
  }

  private void noFileHolds(String word) throws IOException {
    for (Path file : files()) {
      assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain(word);
    }
  }
}
