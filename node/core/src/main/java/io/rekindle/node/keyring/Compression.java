package io.rekindle.node.keyring;

import com.github.luben.zstd.Zstd;
import java.util.Arrays;

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

  /** The compressed bytes, or {@code plaintext} itself when that would not be shorter. */
  static byte[] compress(byte[] plaintext) {
    byte[] room = new byte[plaintext.length];
    long bytes =
        Zstd.compressByteArray(room, 0, room.length, plaintext, 0, plaintext.length, LEVEL);
    // Not fitting in the length of the input is zstd's error here: such input stays as it is.
    return Zstd.isError(bytes) || bytes >= plaintext.length
        ? plaintext
        : Arrays.copyOf(room, (int) bytes);
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
    if (Zstd.decompress(plaintext, compressed) != bytes) {
      throw new IllegalArgumentException("a damaged frame");
    }
    return plaintext;
  }
}
