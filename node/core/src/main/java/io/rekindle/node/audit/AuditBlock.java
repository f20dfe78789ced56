package io.rekindle.node.audit;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A run of the chain as it is kept for good: {@code format(1) chain(16) key(72) sealed(cutAt, end,
 * segment)}, sealed under that key with chain and number as associated data. Blocks of format 1
 * have no key.
 *
 * @param cutAt when it was made; no record in it is younger
 * @param end the place in the tail behind it: where a later run goes on
 */
record AuditBlock(UUID chain, long number, Instant cutAt, TailPosition end, ChainSegment segment) {
  private static final int FORMAT = 2;
  private static final int FORMAT_WITHOUT_KEY = 1;
  private static final int CLEAR_BYTES = 17;

  byte[] seal(BlockCipher cipher) {
    BinaryWriter plaintext = new BinaryWriter(256 + segment.itemBytes());
    plaintext.putInstant(cutAt).putLong(end.file()).putLong(end.frame()).putLong(end.end());
    segment.write(plaintext);
    byte[] sealed = cipher.seal(plaintext.toBytes(), TailFormat.blockAad(chain, number));
    return new BinaryWriter(CLEAR_BYTES + sealed.length)
        .putByte(FORMAT)
        .putUuid(chain)
        .putBytes(sealed)
        .toBytes();
  }

  /** Opens block {@code number}, or returns null when a bit of it differs from what was put. */
  static @Nullable AuditBlock open(long number, byte[] bytes, BlockCipher cipher) {
    if (bytes.length < CLEAR_BYTES || bytes[0] < FORMAT_WITHOUT_KEY || bytes[0] > FORMAT) {
      return null;
    }
    ByteBuffer clear = ByteBuffer.wrap(bytes, 1, 16);
    UUID chain = new UUID(clear.getLong(), clear.getLong());
    try {
      byte[] sealed = Arrays.copyOfRange(bytes, CLEAR_BYTES, bytes.length);
      byte[] aad = TailFormat.blockAad(chain, number);
      BinaryReader in =
          new BinaryReader(
              bytes[0] == FORMAT_WITHOUT_KEY
                  ? cipher.openDirect(sealed, aad)
                  : cipher.open(sealed, aad));
      Instant cutAt = in.getInstant();
      TailPosition end = new TailPosition(in.getLong(), in.getLong(), in.getLong());
      return new AuditBlock(chain, number, cutAt, end, ChainSegment.read(in));
    } catch (RekindleException e) {
      if (e.code() == ErrorCode.DATA_CORRUPTED) {
        return null;
      }
      throw e;
    }
  }
}
