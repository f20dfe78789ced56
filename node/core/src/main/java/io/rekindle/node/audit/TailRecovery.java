package io.rekindle.node.audit;

import io.rekindle.node.audit.TailFrame.Status;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads what the last run left behind, and decides where the chain goes on.
 *
 * <ul>
 *   <li>The last frame of the last file is too short: the process died while writing it, and nobody
 *       was told that it is there. It is cut off and recorded.
 *   <li>Anything else that does not open is damage. Nothing is cut; the records around it count,
 *       and the place is reported. When it is the end of the tail, how many records it held is
 *       unknown: one sequence number is left out, so that the chain shows the hole for ever.
 *   <li>The tail ends before the last heartbeat: it was cut. The chain goes on after the heartbeat,
 *       so that the hole has its exact size.
 * </ul>
 */
final class TailRecovery {
  /** Intents and outcomes that are remembered, about two megabytes. */
  private static final int MUTATIONS_MAX = 8_192;

  private final TailFolder folder;
  private final BlockCipher cipher;
  private final UUID chain;
  private final @Nullable HeadFile head;
  private final IntentLedger intents = new IntentLedger();
  private final Deque<AuditRecord> mutations = new ArrayDeque<>();
  private final List<String> problems = new ArrayList<>();
  private final List<Long> unborn = new ArrayList<>();
  private @Nullable ChainPoint at;
  private @Nullable TailFrame torn;
  private boolean damagedEnd;

  private TailRecovery(TailFolder folder, BlockCipher cipher, UUID chain, @Nullable HeadFile head) {
    this.folder = folder;
    this.cipher = cipher;
    this.chain = chain;
    this.head = head;
  }

  /**
   * What was found.
   *
   * @param point the chain goes on after it
   * @param mutations the newest intents and outcomes of the tail, oldest first
   * @param tornBytes bytes cut off the end, 0 when it ended well
   * @param problems damage, each with its place
   * @param fileMin the next tail file has a greater number
   */
  record Recovered(
      UUID chain,
      ChainPoint point,
      IntentLedger intents,
      List<AuditRecord> mutations,
      long tornBytes,
      List<String> problems,
      long fileMin) {}

  static Recovered recover(TailFolder folder, BlockCipher cipher) throws IOException {
    @Nullable HeadFile head = HeadFile.read(folder.headPath(), cipher);
    UUID chain = chainOf(folder, head);
    return new TailRecovery(folder, cipher, chain, head).run();
  }

  private static UUID chainOf(TailFolder folder, @Nullable HeadFile head) throws IOException {
    if (head != null && head.point() != null) {
      return head.chain();
    }
    for (long file : folder.sizes().keySet()) {
      try (RandomAccessFile in = new RandomAccessFile(folder.path(file).toFile(), "r")) {
        byte[] header = new byte[(int) Math.min(TailFormat.FILE_HEADER_BYTES, in.length())];
        in.readFully(header);
        @Nullable UUID chain = TailFormat.chainOf(header, file);
        if (chain != null) {
          return chain;
        }
      }
    }
    return UUID.randomUUID();
  }

  private Recovered run() throws IOException {
    List<Long> files = List.copyOf(folder.sizes().keySet());
    for (long file : files) {
      scan(file, file == files.getLast());
    }
    long tornBytes = cutTorn();
    ChainPoint end = at == null ? ChainPoint.genesis(chain) : at;
    ChainPoint next = damagedEnd ? new ChainPoint(end.sequence() + 1, end.hash()) : end;
    @Nullable ChainPoint heartbeat = head == null ? null : head.point();
    if (heartbeat != null && heartbeat.sequence() > end.sequence()) {
      problems.add(
          "the tail was cut: it ends with record %d, the last heartbeat saw record %d"
              .formatted(end.sequence(), heartbeat.sequence()));
      next = heartbeat;
    } else if (heartbeat == null && !(files.isEmpty() && head == null)) {
      problems.add("the head file is missing or altered: a cut of the tail would not be seen");
    }
    long last = files.isEmpty() ? 0 : files.getLast();
    return new Recovered(
        chain,
        next,
        intents,
        List.copyOf(mutations),
        tornBytes,
        List.copyOf(problems),
        Math.max(last, head == null ? 0 : head.file()));
  }

  private void scan(long file, boolean last) throws IOException {
    TailPosition start = new TailPosition(file, 0, 0);
    long limit = Files.size(folder.path(file));
    try (TailFileReader reader =
        new TailFileReader(folder.path(file), chain, cipher, start, limit)) {
      for (@Nullable TailFrame frame = reader.next(); frame != null; frame = reader.next()) {
        if (frame.good()) {
          take(frame);
          damagedEnd = false;
        } else if (frame.status() == Status.TORN && frame.preamble()) {
          // The file was being made: nothing was in it, wherever it stands.
          unborn.add(file);
        } else if (frame.status() == Status.TORN && last) {
          torn = frame;
        } else {
          problems.add(describe(frame));
          damagedEnd = frame.status() != Status.HEADER_DAMAGED;
        }
      }
    }
  }

  static String describe(TailFrame frame) {
    return switch (frame.status()) {
      case GOOD -> frame.place() + ": whole";
      case HEADER_DAMAGED -> frame.place() + ": the file header was altered";
      case DAMAGED -> frame.place() + ": does not open, it was altered";
      case UNREADABLE -> frame.place() + ": its length was altered, what follows can't be read";
      case TORN -> frame.place() + ": the file was cut here";
    };
  }

  private void take(TailFrame frame) {
    if (frame.preamble()) {
      Preamble preamble = Preamble.of(frame.plaintext());
      at = preamble.point();
      preamble.intents().forEach(intents::add);
      return;
    }
    ChainSegment segment = frame.segment();
    long sequence = segment.firstSequence();
    for (byte[] item : segment.items()) {
      if (ItemCodec.decode(item) instanceof AuditRecord record) {
        intents.note(sequence, record);
        note(record);
      }
      sequence++;
    }
    at = segment.after();
  }

  private void note(AuditRecord record) {
    if (record.kind() == AuditRecord.Kind.INTENT || record.kind() == AuditRecord.Kind.OUTCOME) {
      mutations.addLast(record);
      if (mutations.size() > MUTATIONS_MAX) {
        mutations.removeFirst();
      }
    }
  }

  private long cutTorn() throws IOException {
    for (long file : unborn) {
      folder.delete(file);
    }
    if (torn == null) {
      return 0;
    }
    long file = torn.position().file();
    long size = Files.size(folder.path(file));
    try (RandomAccessFile out = new RandomAccessFile(folder.path(file).toFile(), "rw")) {
      out.setLength(torn.offset());
      out.getFD().sync();
    }
    folder.resized(file, torn.offset());
    return size - torn.offset();
  }
}
