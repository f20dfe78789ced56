package io.rekindle.node.embedding;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URL;
import java.net.URLConnection;
import java.nio.ByteBuffer;

/** A model that the build brings along, as resources at the root of a jar. */
record ClassPathModel(String onnxResource, String tokenizerResource) implements ModelSource {
  private static final int BLOCK_BYTES = 64 * 1024;

  @Override
  public ByteBuffer onnx(Arena arena) throws IOException {
    return read(onnxResource, arena);
  }

  @Override
  public ByteBuffer tokenizer(Arena arena) throws IOException {
    return read(tokenizerResource, arena);
  }

  @Override
  public boolean testedByTheBuild() {
    return true;
  }

  private static ByteBuffer read(String resource, Arena arena) throws IOException {
    URL url = ClassPathModel.class.getClassLoader().getResource(resource);
    if (url == null) {
      throw new IOException("not on the class path: " + resource);
    }
    URLConnection connection = url.openConnection();
    try (InputStream in = connection.getInputStream()) {
      MemorySegment memory = arena.allocate(connection.getContentLengthLong(), Long.BYTES);
      byte[] block = new byte[BLOCK_BYTES];
      long position = 0;
      for (int n = in.read(block); n >= 0; n = in.read(block)) {
        MemorySegment.copy(block, 0, memory, ValueLayout.JAVA_BYTE, position, n);
        position += n;
      }
      return memory.asSlice(0, position).asByteBuffer();
    }
  }
}
