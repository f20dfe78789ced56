package io.rekindle.node.embedding;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;

/** Where the two files of a model come from. */
interface ModelSource {
  /** The network; off-heap, gone when the arena closes. */
  ByteBuffer onnx(Arena arena) throws IOException;

  /** The tokenizer, in the format of HuggingFace's; as {@link #onnx}. */
  ByteBuffer tokenizer(Arena arena) throws IOException;

  /** Whether it is known to work; any other is tried when it is loaded. */
  boolean testedByTheBuild();
}
