package io.rekindle.node.audit;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The small sealed file that says how far the chain had come at the last heartbeat, so that a tail
 * that was cut since is noticed: {@code format(1) chain(16) key(72) sealed(point, tail file)},
 * sealed under that key. One of format 1 has no key.
 *
 * @param point null when the file does not open
 */
record HeadFile(UUID chain, @Nullable ChainPoint point, long file) {
  private static final int FORMAT = 2;
  private static final int FORMAT_WITHOUT_KEY = 1;
  private static final int CLEAR_BYTES = 17;

  /** Reads the head, or null when there is none. */
  static @Nullable HeadFile read(Path path, BlockCipher cipher) throws IOException {
    if (!Files.exists(path)) {
      return null;
    }
    byte[] bytes = Files.readAllBytes(path);
    if (bytes.length < CLEAR_BYTES || bytes[0] < FORMAT_WITHOUT_KEY || bytes[0] > FORMAT) {
      return new HeadFile(new UUID(0, 0), null, 0);
    }
    ByteBuffer clear = ByteBuffer.wrap(bytes, 1, 16);
    UUID chain = new UUID(clear.getLong(), clear.getLong());
    try {
      byte[] sealed = Arrays.copyOfRange(bytes, CLEAR_BYTES, bytes.length);
      byte[] aad = TailFormat.headAad(chain);
      BinaryReader in =
          new BinaryReader(
              bytes[0] == FORMAT_WITHOUT_KEY
                  ? cipher.openDirect(sealed, aad)
                  : cipher.open(sealed, aad));
      ChainPoint point = new ChainPoint(in.getLong(), in.getHash());
      long file = in.getLong();
      in.requireEnd();
      return new HeadFile(chain, point, file);
    } catch (RekindleException e) {
      if (e.code() != ErrorCode.DATA_CORRUPTED) {
        throw e;
      }
      return new HeadFile(chain, null, 0);
    }
  }

  /** Replaces the head at once or not at all. */
  static void write(
      Path path, TailFile.Maker maker, BlockCipher cipher, UUID chain, ChainPoint point, long file)
      throws IOException {
    byte[] plaintext =
        new BinaryWriter(64)
            .putLong(point.sequence())
            .putBytes(point.hash().toBytes())
            .putLong(file)
            .toBytes();
    byte[] sealed = cipher.seal(plaintext, TailFormat.headAad(chain));
    byte[] bytes =
        new BinaryWriter(CLEAR_BYTES + sealed.length)
            .putByte(FORMAT)
            .putUuid(chain)
            .putBytes(sealed)
            .toBytes();
    Path next = path.resolveSibling("head.next");
    Files.deleteIfExists(next);
    try (TailFile out = maker.create(next)) {
      out.write(bytes);
      out.sync();
    }
    Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
