package io.rekindle.node.embedding;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URL;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * The two files of a model, read and proved to be the pinned ones.
 *
 * @param onnx off-heap, gone when the arena given to {@link #read} closes: a model is tens of
 *     megabytes that the heap would keep long after they were needed
 */
record ModelFiles(ByteBuffer onnx, String tokenizerJson) {
  /**
   * @throws RekindleException INTERNAL when a file is missing or is not the pinned one
   */
  static ModelFiles read(ModelSpec spec, Arena arena) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      ByteBuffer onnx = read(spec.onnxResource(), arena);
      ByteBuffer tokenizer = read(spec.tokenizerResource(), arena);
      digest.update(onnx.duplicate());
      digest.update(tokenizer.duplicate());
      if (!HexFormat.of().formatHex(digest.digest()).equals(spec.sha256())) {
        throw new RekindleException(
            ErrorCode.INTERNAL,
            "the files of an embedding model are not the pinned ones",
            Map.of("model", spec.id().value(), "sha256", spec.sha256()));
      }
      return new ModelFiles(onnx, StandardCharsets.UTF_8.decode(tokenizer).toString());
    } catch (IOException e) {
      throw new RekindleException(
          ErrorCode.INTERNAL,
          "the files of an embedding model can't be read",
          Map.of("model", spec.id().value()),
          e);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  private static ByteBuffer read(String resource, Arena arena) throws IOException {
    URL url = ModelFiles.class.getClassLoader().getResource(resource);
    if (url == null) {
      throw new IOException("not on the class path: " + resource);
    }
    URLConnection connection = url.openConnection();
    try (InputStream in = connection.getInputStream()) {
      MemorySegment memory = arena.allocate(connection.getContentLengthLong(), Long.BYTES);
      byte[] block = new byte[64 * 1024];
      long position = 0;
      for (int n = in.read(block); n >= 0; n = in.read(block)) {
        MemorySegment.copy(block, 0, memory, ValueLayout.JAVA_BYTE, position, n);
        position += n;
      }
      return memory.asSlice(0, position).asByteBuffer();
    }
  }
}
