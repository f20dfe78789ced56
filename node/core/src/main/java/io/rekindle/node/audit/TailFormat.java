package io.rekindle.node.audit;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a tail file:
 *
 * <pre>
 * file   = "RKAT" format(1) chain(16) number(8) crc32c(4)  frame*
 * frame  = length(4) crc32c(4) sealed(length)
 * sealed = key(72) sealed preamble, of frame 0; a sealed {@link ChainSegment}, of the others
 * </pre>
 *
 * The key is the file's own, wrapped, and seals all its frames; files of format 1 have none. Every
 * frame is sealed with the chain, the file and its own number as associated data, so none can be
 * moved, repeated or exchanged; the key is bound as frame 0 is. The checksums are no protection
 * against an attacker (the seal is); they tell a length that was damaged from a frame that the
 * crash cut short, which end the same way: too few bytes.
 */
final class TailFormat {
  static final int FILE_HEADER_BYTES = 4 + 1 + 16 + 8 + 4;
  static final int FRAME_HEADER_BYTES = 8;

  /** Where in a file its key stands. */
  static final int KEY_OFFSET = FILE_HEADER_BYTES + FRAME_HEADER_BYTES;

  /** Of one sealed frame: a segment and what sealing adds. */
  static final int FRAME_BYTES_MAX = ChainSegment.BYTES_MAX + 1024 * 1024;

  private static final int MAGIC = 0x524B4154;
  private static final int FORMAT = 2;
  private static final int FORMAT_WITHOUT_KEY = 1;

  /** Of the associated data, which is the same in both. */
  private static final int AAD_FORMAT = 1;

  private TailFormat() {}

  static byte[] fileHeader(UUID chain, long file) {
    ByteBuffer out = ByteBuffer.allocate(FILE_HEADER_BYTES);
    out.putInt(MAGIC).put((byte) FORMAT);
    out.putLong(chain.getMostSignificantBits()).putLong(chain.getLeastSignificantBits());
    out.putLong(file);
    return out.putInt(crc(out.array(), FILE_HEADER_BYTES - 4)).array();
  }

  /** The chain that a file header names, or null when it is not the header of this file. */
  static @Nullable UUID chainOf(byte[] header, long file) {
    ByteBuffer in = ByteBuffer.wrap(header);
    if (header.length != FILE_HEADER_BYTES
        || in.getInt(FILE_HEADER_BYTES - 4) != crc(header, FILE_HEADER_BYTES - 4)
        || in.getInt() != MAGIC) {
      return null;
    }
    int format = in.get();
    if (format < FORMAT_WITHOUT_KEY || format > FORMAT) {
      return null;
    }
    UUID chain = new UUID(in.getLong(), in.getLong());
    return in.getLong() == file ? chain : null;
  }

  static void putFrameHeader(ByteBuffer out, long file, long frame, int length) {
    out.putInt(length).putInt(headerCrc(file, frame, length));
  }

  /** The length that a frame header of eight bytes names, or -1 when it is damaged. */
  static int lengthOf(byte[] header, long file, long frame) {
    ByteBuffer in = ByteBuffer.wrap(header);
    int length = in.getInt();
    boolean whole = in.getInt() == headerCrc(file, frame, length);
    return whole && length > 0 && length <= FRAME_BYTES_MAX ? length : -1;
  }

  static byte[] frameAad(UUID chain, long file, long frame) {
    return aad('f', chain, file, frame);
  }

  static byte[] blockAad(UUID chain, long block) {
    return aad('b', chain, block, 0);
  }

  static byte[] headAad(UUID chain) {
    return aad('h', chain, 0, 0);
  }

  private static byte[] aad(char what, UUID chain, long first, long second) {
    return ByteBuffer.allocate(34)
        .put((byte) AAD_FORMAT)
        .put((byte) what)
        .putLong(chain.getMostSignificantBits())
        .putLong(chain.getLeastSignificantBits())
        .putLong(first)
        .putLong(second)
        .array();
  }

  private static int headerCrc(long file, long frame, int length) {
    return crc(ByteBuffer.allocate(20).putLong(file).putLong(frame).putInt(length).array(), 20);
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
