package io.rekindle.node.index.words;

import static io.rekindle.node.index.words.WordRows.content;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.crypto.tink.subtle.AesGcmHkdfStreaming;
import io.rekindle.node.index.FileCipher;
import io.rekindle.node.model.WordLanguage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedDirectoryTest {
  private static final String CANARY = "xylophonic";

  @TempDir Path parent;

  /** As the keyring's, but for where the key comes from. */
  private record OneKeyCipher(byte key) implements FileCipher {
    private AesGcmHkdfStreaming streaming() {
      byte[] bytes = new byte[32];
      bytes[0] = key;
      try {
        return new AesGcmHkdfStreaming(bytes, "HmacSha256", 32, 4_096, 0);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public OutputStream sealing(OutputStream to, String name) throws IOException {
      try {
        return streaming().newEncryptingStream(to, name.getBytes(StandardCharsets.UTF_8));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public InputStream opening(InputStream from, String name) throws IOException {
      try {
        return streaming().newDecryptingStream(from, name.getBytes(StandardCharsets.UTF_8));
      } catch (GeneralSecurityException e) {
        throw new IOException(e);
      }
    }
  }

  private Path folder() {
    return parent.resolve("words");
  }

  private WordIndex open() {
    return WordIndex.open(
        SealedDirectory.of(folder(), new OneKeyCipher((byte) 1)), WordLanguage.ENGLISH);
  }

  private void commitSome(int contents) {
    try (WordIndex words = open()) {
      IntStream.range(0, contents).forEach(n -> words.put(content(n, 1), CANARY + " number " + n));
      words.refresh();
      words.commit();
    }
  }

  @Test
  void wordsOfAnotherLanguageAreMadeAnew() throws IOException {
    commitSome(3);
    try (WordIndex words =
        WordIndex.open(
            SealedDirectory.of(folder(), new OneKeyCipher((byte) 1)), WordLanguage.GERMAN)) {
      assertThat(words.holds(content(0, 1))).isFalse();
    }
    assertThat(folder()).doesNotExist();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder())) {
      return files.sorted().toList();
    }
  }

  @Test
  void aCommitIsGoneOnWith() {
    commitSome(100);

    try (WordIndex words = open()) {
      assertThat(words.contents()).isEqualTo(100);
      assertThat(words.holds(content(7, 1))).isTrue();
      words.put(content(100, 1), "more");
      words.remove(content(7, 1).high(), content(7, 1).low());
      words.refresh();
      words.commit();
    }
    try (WordIndex words = open()) {
      assertThat(words.contents()).isEqualTo(100);
      assertThat(words.holds(content(7, 1))).isFalse();
      assertThat(words.holds(content(100, 1))).isTrue();
    }
  }

  @Test
  void nothingIsOnDiskBeforeACommitAndWhatIsNotCommittedIsGone() {
    try (WordIndex words = open()) {
      words.put(content(1, 1), CANARY);
      words.refresh();
      assertThat(folder()).doesNotExist();
    }
    try (WordIndex words = open()) {
      assertThat(words.contents()).isZero();
    }
  }

  @Test
  void noWordLiesInClear() throws IOException {
    commitSome(100);

    assertThat(files()).isNotEmpty();
    for (Path file : files()) {
      String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
      assertThat(bytes).doesNotContain("xylophon").doesNotContain("Lucene");
      assertThat(Files.getPosixFilePermissions(folder())).hasSize(3);
    }
  }

  @Test
  void aDamagedFileIsNoticedWhereverItIs() throws IOException {
    commitSome(20);
    for (int i = 0; i < files().size(); i++) {
      Path file = files().get(i);
      byte[] whole = Files.readAllBytes(file);
      for (int at : new int[] {0, whole.length / 2, whole.length - 1}) {
        byte[] damaged = whole.clone();
        damaged[at] ^= 1;
        Files.write(file, damaged);
        try (WordIndex words = open()) {
          assertThat(words.contents()).as("%s at %d", file.getFileName(), at).isZero();
        }
        assertThat(folder()).doesNotExist();
        commitSome(20);
        file = files().get(i);
        whole = Files.readAllBytes(file);
      }
    }
  }

  @Test
  void aMissingTruncatedSwappedOrForeignFileIsNoticed() throws IOException {
    List<Damage> all =
        List.of(
            Files::delete,
            file -> Files.write(file, new byte[0]),
            file ->
                Files.write(
                    file,
                    java.util.Arrays.copyOf(Files.readAllBytes(file), (int) Files.size(file) - 1)),
            file ->
                Files.copy(other(file), file, java.nio.file.StandardCopyOption.REPLACE_EXISTING),
            file -> Files.writeString(parent.resolve("words/foreign"), "foreign"));
    for (Damage damage : all) {
      commitSome(20);
      damage.to(files().getFirst());
      try (WordIndex words = open()) {
        assertThat(words.contents()).isZero();
        words.put(content(1, 1), "anew");
        words.refresh();
        words.commit();
      }
      try (WordIndex words = open()) {
        assertThat(words.contents()).isEqualTo(1);
        words.remove(content(1, 1).high(), content(1, 1).low());
        words.refresh();
        words.commit();
      }
    }
  }

  private interface Damage {
    void to(Path file) throws IOException;
  }

  private Path other(Path file) throws IOException {
    return files().stream().filter(each -> !each.equals(file)).findFirst().orElseThrow();
  }

  @Test
  void anotherKeyOpensNothing() {
    commitSome(20);

    try (WordIndex words =
        WordIndex.open(
            SealedDirectory.of(folder(), new OneKeyCipher((byte) 2)), WordLanguage.ENGLISH)) {
      assertThat(words.contents()).isZero();
    }
  }

  @Test
  void anUnfinishedFileIsNotTakenForOne() throws IOException {
    commitSome(20);
    Files.write(folder().resolve("_9.cfs.unfinished"), new byte[10]);

    try (WordIndex words = open()) {
      assertThat(words.contents()).isEqualTo(20);
    }
    assertThat(files()).noneMatch(file -> file.toString().endsWith("unfinished"));
  }

  @Test
  void compactedAndCommittedNoFileOfBeforeIsLeft() throws IOException {
    commitSome(20);
    List<Path> before = files();
    try (WordIndex words = open()) {
      words.remove(content(3, 1).high(), content(3, 1).low());
      words.refresh();
      words.compact();
      words.commit();
    }
    assertThat(files()).isNotEmpty().doesNotContainAnyElementsOf(before);
  }
}
