package io.rekindle.node.audit;

import io.rekindle.node.audit.TailFrame.Status;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads the frames of one tail file, in order. Not thread-safe. */
final class TailFileReader implements AutoCloseable {
  private static final int TAG_BYTES = 16;
  private static final byte[] NOTHING = new byte[0];

  private final InputStream in;
  private final UUID chain;
  private final BlockCipher cipher;
  private final BlockCipher.@Nullable Key key;
  private final long file;
  private final long limit;
  private long frame;
  private long offset;
  private boolean ended;

  /**
   * Opens a file.
   *
   * @param after the first frame read is the one after it; at offset 0 the file header is checked
   * @param limit bytes of the file that count
   */
  TailFileReader(Path path, UUID chain, BlockCipher cipher, TailPosition after, long limit)
      throws IOException {
    this.chain = chain;
    this.cipher = cipher;
    this.file = after.file();
    this.limit = limit;
    this.frame = after.end() == 0 ? 0 : after.frame() + 1;
    this.offset = after.end();
    this.in = new BufferedInputStream(new FileInputStream(path.toFile()), 64 * 1024);
    try {
      this.key = findKey();
      in.skipNBytes(Math.min(offset, limit));
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /**
   * The file's key; null when it has none, or it does not open. The header is not asked which: it
   * may be what is damaged.
   */
  private BlockCipher.@Nullable Key findKey() throws IOException {
    int end = TailFormat.KEY_OFFSET + BlockCipher.WRAPPED_KEY_BYTES;
    in.mark(end);
    byte[] head = in.readNBytes(end);
    in.reset();
    try {
      byte[] wrapped =
          Arrays.copyOfRange(head, Math.min(TailFormat.KEY_OFFSET, head.length), head.length);
      return cipher.openKey(wrapped, TailFormat.frameAad(chain, file, 0));
    } catch (RekindleException e) {
      if (e.code() != ErrorCode.DATA_CORRUPTED) {
        throw e;
      }
      return null;
    }
  }

  /** The next frame, or null after the last. After TORN and UNREADABLE there is no next. */
  @Nullable TailFrame next() throws IOException {
    if (ended || offset >= limit) {
      return null;
    }
    if (offset == 0) {
      byte[] header = in.readNBytes(atMost(TailFormat.FILE_HEADER_BYTES));
      if (header.length < TailFormat.FILE_HEADER_BYTES || allZero(header)) {
        return last(Status.TORN, 0);
      }
      offset = header.length;
      if (!chain.equals(TailFormat.chainOf(header, file))) {
        return new TailFrame(Status.HEADER_DAMAGED, new TailPosition(file, 0, offset), 0, NOTHING);
      }
    }
    return offset >= limit ? last(Status.TORN, offset) : nextFrame();
  }

  private TailFrame nextFrame() throws IOException {
    long start = offset;
    byte[] header = in.readNBytes(atMost(TailFormat.FRAME_HEADER_BYTES));
    if (header.length < TailFormat.FRAME_HEADER_BYTES) {
      return last(Status.TORN, start);
    }
    int length = TailFormat.lengthOf(header, file, frame);
    if (length < 0) {
      // A power loss may leave the size of the last write without its bytes.
      return last(allZero(header) && restIsZero() ? Status.TORN : Status.UNREADABLE, start);
    }
    offset += header.length;
    byte[] sealed = in.readNBytes(atMost(length));
    if (sealed.length < length) {
      return last(Status.TORN, start);
    }
    offset += length;
    TailPosition position = new TailPosition(file, frame++, offset);
    try {
      return new TailFrame(Status.GOOD, position, start, open(sealed, position.frame()));
    } catch (RekindleException e) {
      if (e.code() != ErrorCode.DATA_CORRUPTED) {
        throw e;
      }
      // Sixteen zeros at the end of a seal are the same trace of a power loss.
      boolean cut = offset >= limit && allZero(Arrays.copyOfRange(sealed, tag(length), length));
      ended = cut;
      return new TailFrame(cut ? Status.TORN : Status.DAMAGED, position, start, NOTHING);
    }
  }

  private byte[] open(byte[] sealed, long number) {
    byte[] aad = TailFormat.frameAad(chain, file, number);
    if (key == null) {
      return cipher.openDirect(sealed, aad);
    }
    return number == 0 ? key.openFirst(sealed, aad) : key.open(sealed, aad);
  }

  private static int tag(int length) {
    return Math.max(0, length - TAG_BYTES);
  }

  private int atMost(int length) {
    return (int) Math.min(length, limit - offset);
  }

  private TailFrame last(Status status, long start) {
    ended = true;
    return new TailFrame(status, new TailPosition(file, frame, limit), start, NOTHING);
  }

  private boolean restIsZero() throws IOException {
    byte[] buffer = new byte[8 * 1024];
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      if (!allZero(Arrays.copyOf(buffer, read))) {
        return false;
      }
    }
    return true;
  }

  private static boolean allZero(byte[] bytes) {
    for (byte b : bytes) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
