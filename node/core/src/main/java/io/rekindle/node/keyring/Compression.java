package io.rekindle.node.keyring;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import com.github.luben.zstd.util.Native;
import java.nio.file.Path;

/**
 * zstd for what is worth it, and bounded decompression: what claims to be larger than anything that
 * was ever sealed is refused before a byte is allocated.
 */
final class Compression {
  /** Shorter plaintexts are sealed as they are. */
  static final int THRESHOLD_BYTES = 256;

  /**
   * More than the largest plaintext: payload with content and metadata, state, or a vector of 4,096
   * dimensions.
   */
  static final int PLAINTEXT_BYTES_MAX = 1 << 20;

  private static final int LEVEL = 1;

  private Compression() {}

  static void load(Path temporaryFolder) {
    Native.load(temporaryFolder.toFile());
  }

  /** The compressed bytes, or {@code plaintext} itself when that would not be shorter. */
  static byte[] compress(byte[] plaintext) {
    byte[] compressed = Zstd.compress(plaintext, LEVEL);
    return compressed.length < plaintext.length ? compressed : plaintext;
  }

  /**
   * @throws IllegalArgumentException when the bytes are not one whole frame of at most {@value
   *     #PLAINTEXT_BYTES_MAX} bytes
   */
  static byte[] decompress(byte[] compressed) {
    long bytes = Zstd.getFrameContentSize(compressed);
    if (bytes < 0 || bytes > PLAINTEXT_BYTES_MAX) {
      throw new IllegalArgumentException("a frame of unknown or excessive size");
    }
    byte[] plaintext = new byte[(int) bytes];
    try {
      if (Zstd.decompress(plaintext, compressed) != bytes) {
        throw new IllegalArgumentException("a damaged frame");
      }
    } catch (ZstdException e) {
      throw new IllegalArgumentException("a damaged frame", e);
    }
    return plaintext;
  }
}
