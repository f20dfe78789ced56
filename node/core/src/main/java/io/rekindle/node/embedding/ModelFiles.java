package io.rekindle.node.embedding;

import io.rekindle.node.error.RekindleException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The two files of a model, read and proved to be the pinned ones.
 *
 * @param onnx off-heap, gone when the arena given to {@link #read} closes: a model is tens of
 *     megabytes that the heap would keep long after they were needed
 */
record ModelFiles(ByteBuffer onnx, String tokenizerJson) {
  /**
   * @throws RekindleException INTERNAL when a file is missing, is not the pinned one, or is none of
   *     its kind
   */
  static ModelFiles read(ModelSpec spec, Arena arena) {
    try {
      ByteBuffer onnx = spec.source().onnx(arena);
      ByteBuffer tokenizer = spec.source().tokenizer(arena);
      String actual = sha256(onnx, tokenizer);
      if (!actual.equals(spec.sha256())) {
        throw ModelFault.of(
            "the files of an embedding model are not the pinned ones",
            "sha256",
            spec.sha256(),
            "actual",
            actual);
      }
      OnnxFile.check(onnx.duplicate());
      return new ModelFiles(onnx, text(tokenizer));
    } catch (IOException e) {
      throw ModelFault.because(
          e, "the files of an embedding model can't be read", "model", spec.id().value());
    }
  }

  /** In hexadecimal, of one file behind the other. */
  private static String sha256(ByteBuffer onnx, ByteBuffer tokenizer) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(onnx.duplicate());
      digest.update(tokenizer.duplicate());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  private static String text(ByteBuffer tokenizer) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(tokenizer).toString();
    } catch (CharacterCodingException e) {
      throw ModelFault.because(e, "a file is not UTF-8", "file", ModelFolder.TOKENIZER);
    }
  }
}
