package io.rekindle.node.audit;

import io.rekindle.node.config.Durability;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Appends sealed frames to the newest tail file, and begins the next one, with a key of its own,
 * when it is full, or when the cluster key was replaced.
 *
 * <p>One frame is one {@code write}, and at {@code POWER} the next is not begun before the last is
 * synced: so a crash can only tear the very last one. When a write fails, the file is cut back to
 * its last good frame; as long as that fails too, so does every append. After a failed sync the
 * kernel may have dropped pages and call them clean: the frame is cut off and the next one goes to
 * a new file.
 *
 * <p>One thread at a time writes; {@link #end()} may be read by any.
 */
final class TailWriter implements AutoCloseable {
  private final TailFolder folder;
  private final UUID chain;
  private final BlockCipher cipher;
  private final Durability durability;
  private final AuditSettings settings;
  private final InstantSource clock;
  private final TailFile.Maker maker;
  private final IntentLedger intents;
  private @Nullable Active active;
  private long number;
  private long size;
  private boolean repairNeeded;
  private boolean rollNeeded = true;
  private volatile TailEnd end;

  TailWriter(
      TailFolder folder,
      TailRecovery.Recovered recovered,
      BlockCipher cipher,
      Durability durability,
      AuditSettings settings,
      InstantSource clock,
      TailFile.Maker maker) {
    this.folder = folder;
    this.chain = recovered.chain();
    this.cipher = cipher;
    this.durability = durability;
    this.settings = settings;
    this.clock = clock;
    this.maker = maker;
    this.intents = recovered.intents();
    this.number = recovered.fileMin();
    TailPosition position = new TailPosition(number, Long.MAX_VALUE, 0);
    this.end = new TailEnd(recovered.point(), position, position);
  }

  /** The newest file, and what its frames are sealed under. */
  record Active(TailFile file, BlockCipher.Key key) {}

  TailEnd end() {
    return end;
  }

  UUID chain() {
    return chain;
  }

  /** Makes the tail ready to be written to; {@link #append} does so by itself. */
  Active ready() throws IOException {
    @Nullable Active current = active;
    if (current != null && repairNeeded) {
      current.file().truncate(size);
      repairNeeded = false;
    }
    if (current == null
        || rollNeeded
        || size >= settings.tailFileBytes()
        || cipher.isOutdated(current.key())) {
      return roll();
    }
    return current;
  }

  /**
   * Appends one frame.
   *
   * @param after the place behind the segment
   * @param holdsRecords false for heartbeats alone, which need not leave the tail soon
   * @throws RekindleException AUDIT_UNAVAILABLE when the tail is at its bound
   */
  void append(ChainSegment segment, ChainPoint after, boolean holdsRecords) throws IOException {
    Active current = ready();
    long frame = end.position().frame() + 1;
    byte[] aad = TailFormat.frameAad(chain, number, frame);
    byte[] bytes = frame(frame, current.key().seal(segment.toBytes(), aad));
    if (folder.bytes() + bytes.length > settings.tailBytesMax()) {
      throw new RekindleException(
          ErrorCode.AUDIT_UNAVAILABLE,
          "the audit tail is at its bound",
          Map.of("limit", Long.toString(settings.tailBytesMax()), "unit", "bytes"));
    }
    write(current.file(), bytes);
    size += bytes.length;
    folder.resized(number, size);
    TailPosition position = new TailPosition(number, frame, size);
    end = new TailEnd(after, position, holdsRecords ? position : end.lastRecord());
  }

  private void write(TailFile file, byte[] bytes) throws IOException {
    repairNeeded = true;
    try {
      file.write(bytes);
      if (durability == Durability.POWER) {
        rollNeeded = true;
        file.sync();
        rollNeeded = false;
      }
      repairNeeded = false;
    } catch (IOException e) {
      try {
        file.truncate(size);
        repairNeeded = false;
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  private Active roll() throws IOException {
    if (active != null) {
      active.file().close();
      active = null;
    }
    // Greater than any before, also when the folder was put back from a copy.
    number = Math.max(number + 1, clock.millis());
    byte[] preamble = new Preamble(end.point(), intents.list()).toBytes();
    byte[] header = TailFormat.fileHeader(chain, number);
    byte[] aad = TailFormat.frameAad(chain, number, 0);
    BlockCipher.Key key = cipher.newKey(aad);
    byte[] frame = frame(0, key.sealFirst(preamble, aad));
    byte[] bytes = ByteBuffer.allocate(header.length + frame.length).put(header).put(frame).array();
    TailFile file = maker.create(folder.path(number));
    try {
      file.write(bytes);
      if (durability == Durability.POWER) {
        file.sync();
        folder.sync();
      }
    } catch (IOException e) {
      abandon(file, e);
      throw e;
    }
    Active next = new Active(file, key);
    active = next;
    size = bytes.length;
    rollNeeded = false;
    repairNeeded = false;
    folder.resized(number, size);
    end = new TailEnd(end.point(), new TailPosition(number, 0, size), end.lastRecord());
    return next;
  }

  private void abandon(TailFile file, IOException cause) {
    try (file) {
      folder.delete(number);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private byte[] frame(long frame, byte[] sealed) {
    ByteBuffer out = ByteBuffer.allocate(TailFormat.FRAME_HEADER_BYTES + sealed.length);
    TailFormat.putFrameHeader(out, number, frame, sealed.length);
    return out.put(sealed).array();
  }

  @Override
  public void close() throws IOException {
    if (active != null) {
      try (TailFile file = active.file()) {
        file.sync();
      }
    }
  }
}
