package io.rekindle.node.embedding;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.rekindle.node.config.DataSize;
import io.rekindle.node.config.NodeConfig;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A model in a folder of the operator's. Three files in it are read, each whole and once; what they
 * are called is fixed, and neither a link nor anything but a plain file is opened.
 *
 * @param onnxBytesMax of the network, {@code rekindle.embedding.model-bytes-max}
 * @param tokenizerBytesMax {@code rekindle.embedding.tokenizer-bytes-max}
 */
record ModelFolder(Path folder, DataSize onnxBytesMax, DataSize tokenizerBytesMax)
    implements ModelSource {
  static final String ONNX = "model.onnx";
  static final String TOKENIZER = "tokenizer.json";
  static final String PROPERTIES = "model.properties";

  private static final DataSize PROPERTIES_BYTES_MAX = new DataSize(16 * 1024);

  /** Of a buffer, and of protobuf: an ONNX file that keeps its weights itself is never larger. */
  private static final long FILE_BYTES_MAX = Integer.MAX_VALUE - 8L;

  static ModelFolder of(Path folder, NodeConfig.Embedding config) {
    return new ModelFolder(folder, config.modelBytesMax(), config.tokenizerBytesMax());
  }

  @Override
  public ByteBuffer onnx(Arena arena) throws IOException {
    return read(ONNX, onnxBytesMax, arena);
  }

  @Override
  public ByteBuffer tokenizer(Arena arena) throws IOException {
    return read(TOKENIZER, tokenizerBytesMax, arena);
  }

  @Override
  public boolean testedByTheBuild() {
    return false;
  }

  ByteBuffer properties(Arena arena) throws IOException {
    return read(PROPERTIES, PROPERTIES_BYTES_MAX, arena);
  }

  private ByteBuffer read(String name, DataSize bytesMax, Arena arena) throws IOException {
    Path file = folder.resolve(name);
    long limit = Math.min(bytesMax.bytes(), FILE_BYTES_MAX);
    try {
      if (!Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS).isRegularFile()) {
        throw ModelFault.of("a link or special file is in the place of a file", "file", name);
      }
      try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ, NOFOLLOW_LINKS)) {
        long bytes = in.size();
        if (bytes > limit) {
          throw ModelFault.of(
              "a file exceeds its limit",
              "file",
              name,
              "limit",
              Long.toString(limit),
              "actual",
              Long.toString(bytes),
              "unit",
              "bytes");
        }
        ByteBuffer content = arena.allocate(bytes, Long.BYTES).asByteBuffer();
        while (content.hasRemaining() && in.read(content) >= 0) {
          // A file that shrinks meanwhile is not the pinned one.
        }
        return content.flip();
      }
    } catch (NoSuchFileException e) {
      throw ModelFault.because(e, "a file is missing", "file", name);
    }
  }
}
