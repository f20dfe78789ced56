package io.rekindle.node.bootstrap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Texts and vectors that lie nowhere by chance, and the search for them in files. All texts of one
 * run begin alike and so do all vectors: what is looked for is that beginning, as UTF-8, UTF-16 of
 * both orders, base64 at each of its three alignments, and float32 of both orders.
 */
final class Canaries {
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz";
  private static final int RANDOM_LETTERS = 12;

  /** In hexadecimal and in quotations: enough to tell where a canary comes from. */
  private static final int CONTEXT_BYTES = 48;

  /** As deep as whoever writes to a temporary folder goes, and not into whole worktrees. */
  private static final int SHARED_DEPTH = 3;

  private static final long SHARED_FILE_BYTES_MAX = 64L << 20;

  private final SecureRandom random = new SecureRandom();
  private final String beginning;
  private final float[] vectorBeginning;
  private final Map<String, byte[]> patterns = new LinkedHashMap<>();

  Canaries() {
    StringBuilder letters = new StringBuilder("canary");
    for (int i = 0; i < RANDOM_LETTERS; i++) {
      letters.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    beginning = letters.toString();
    vectorBeginning = new float[] {random.nextFloat() + 1, random.nextFloat() + 1};
    addText("canary", beginning);
    for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
      patterns.put("vector, " + order, bytes(vectorBeginning, order));
    }
  }

  /** A text that names where it was put; letters and {@code _} only, so that it fits anywhere. */
  String text(String place) {
    return beginning + "_" + place;
  }

  /** A vector of four dimensions. */
  float[] vector() {
    return new float[] {vectorBeginning[0], vectorBeginning[1], 0.25f, 0.5f};
  }

  /** Looks for one more text, such as a secret that the node chose. */
  void add(String what, String secret) {
    addText(what, secret);
  }

  /** A line for each pattern that lies in a file below the folders, or in a name of one. */
  List<String> find(Path... folders) throws IOException {
    List<String> found = new ArrayList<>();
    for (Path folder : folders) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.toList()) {
          look(file.getFileName().toString().getBytes(StandardCharsets.UTF_8), file, found);
          if (Files.isRegularFile(file)) {
            look(Files.readAllBytes(file), file, found);
          }
        }
      }
    }
    return found;
  }

  /**
   * As {@link #find}, in the files of a folder that others use too, as far as they changed since
   * then and can be read.
   */
  List<String> findChanged(Path shared, Instant since) throws IOException {
    List<String> found = new ArrayList<>();
    Files.walkFileTree(
        shared,
        Set.of(),
        SHARED_DEPTH,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            look(file.getFileName().toString().getBytes(StandardCharsets.UTF_8), file, found);
            if (attributes.isRegularFile()
                && attributes.size() <= SHARED_FILE_BYTES_MAX
                && !attributes.lastModifiedTime().toInstant().isBefore(since)) {
              try {
                look(Files.readAllBytes(file), file, found);
              } catch (IOException e) {
                // It is another's, or gone.
              }
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure) {
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) {
            return FileVisitResult.CONTINUE;
          }
        });
    return found;
  }

  private void look(byte[] bytes, Path file, List<String> found) {
    patterns.forEach(
        (name, pattern) -> {
          int at = indexOf(bytes, pattern);
          if (at >= 0) {
            int from = Math.max(0, at - CONTEXT_BYTES);
            int to = Math.min(bytes.length, at + pattern.length + CONTEXT_BYTES);
            String context =
                new String(bytes, from, to - from, StandardCharsets.ISO_8859_1)
                    .replaceAll("[^ -~]", ".");
            found.add(file.getFileName() + ": " + name + " in: " + context);
          }
        });
  }

  private static int indexOf(byte[] bytes, byte[] pattern) {
    byte first = pattern[0];
    for (int i = 0; i <= bytes.length - pattern.length; i++) {
      if (bytes[i] == first
          && Arrays.equals(bytes, i, i + pattern.length, pattern, 0, pattern.length)) {
        return i;
      }
    }
    return -1;
  }

  private void addText(String what, String text) {
    for (Charset charset :
        List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      patterns.put(what + ", " + charset, text.getBytes(charset));
    }
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    for (int before = 0; before < 3; before++) {
      byte[] shifted = new byte[before + utf8.length];
      System.arraycopy(utf8, 0, shifted, before, utf8.length);
      String base64 = Base64.getEncoder().withoutPadding().encodeToString(shifted);
      // The first characters depend on what is before the text, the last on what is behind it.
      String certain = base64.substring((before * 8 + 5) / 6, shifted.length * 8 / 6);
      patterns.put(what + ", base64 at " + before, certain.getBytes(StandardCharsets.US_ASCII));
      patterns.put(
          what + ", URL's base64 at " + before,
          certain.replace('+', '-').replace('/', '_').getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static byte[] bytes(float[] vector, ByteOrder order) {
    ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(order);
    bytes.asFloatBuffer().put(vector);
    return bytes.array();
  }
}
