package io.rekindle.node.audit;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Reply;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Walks a whole chain, recomputing every hash, and says where it is broken. One walk, one thread.
 *
 * <p>What is found: a flipped bit (the block or frame does not open), a block that is missing,
 * moved or exchanged (its number is sealed into it), records that are missing (the sequence jumps),
 * a log put back from an old copy (the sequence goes back), another history (the hash before does
 * not fit), a side list that does not have the Merkle root, and a tail that ends before the last
 * heartbeat.
 */
final class ChainVerifier {
  private static final int PROBLEMS_MAX = 1_000;

  private final MessageDigest sha = Sha256.digest();
  private final List<String> problems = new ArrayList<>();
  private @Nullable UUID chain;
  private @Nullable ChainPoint at;
  private long records;
  private long heartbeats;
  private long lists;
  private long blocks;
  private long firstSequence;
  private @Nullable ReadRecord listed;
  private final List<MemoryId> sideList = new ArrayList<>();
  private final @Nullable AuditPosition through;

  private final WalkLimit limit;

  ChainVerifier() {
    this(null, WalkLimit.NONE);
  }

  /**
   * Of a chain that must come by a place.
   *
   * @param through null for none
   * @param limit asked before each block and frame
   */
  ChainVerifier(@Nullable AuditPosition through, WalkLimit limit) {
    this.through = through;
    this.limit = limit;
  }

  /** Takes block {@code number} as it lies in the sink. */
  void block(long number, byte @Nullable [] sealed, BlockCipher cipher) {
    String place = "block " + number;
    blocks++;
    if (sealed == null) {
      problem(place + " is missing");
      return;
    }
    @Nullable AuditBlock block = AuditBlock.open(number, sealed, cipher);
    if (block == null) {
      problem(place + " does not open: it was altered, moved or sealed under another key");
      return;
    }
    begin(block.chain(), place);
    readable(place, () -> segment(block.segment(), place));
  }

  /** What follows belongs to this chain. */
  void begin(UUID next, String place) {
    if (chain == null) {
      at = ChainPoint.genesis(next);
    } else if (!chain.equals(next)) {
      problem(place + " begins another chain: the tail of the one before was lost");
      at = ChainPoint.genesis(next);
    }
    chain = next;
  }

  /** Takes a frame of the tail; of one whose records are in a block, only whether it is whole. */
  void frame(TailFrame frame, boolean shipped) {
    if (!frame.good()) {
      problem(
          TailRecovery.describe(frame)
              + (shipped ? "; its records are in a block" : "; after record " + sequence()));
    } else if (!shipped && !frame.preamble()) {
      readable(frame.place(), () -> segment(frame.segment(), frame.place()));
    }
  }

  /**
   * Takes the end.
   *
   * @param heartbeat where the chain was at the last heartbeat
   */
  void end(ChainPoint heartbeat) {
    closeSideList();
    if (heartbeat.sequence() > sequence()) {
      problem(
          "the tail was cut: it ends with record %d, the last heartbeat saw record %d"
              .formatted(sequence(), heartbeat.sequence()));
    }
  }

  private void end() {
    closeSideList();
    if (through != null && through.sequence() > sequence()) {
      problem(
          "the chain ends with record %d, the backup saw record %d"
              .formatted(sequence(), through.sequence()));
    }
  }

  void problem(String text) {
    if (problems.size() < PROBLEMS_MAX) {
      problems.add(text);
    } else if (problems.size() == PROBLEMS_MAX) {
      problems.add("more problems follow");
    }
  }

  Reply.AuditVerified result() {
    return new Reply.AuditVerified(
        records, heartbeats, lists, blocks, firstSequence, sequence(), List.copyOf(problems));
  }

  private void readable(String place, Runnable reading) {
    try {
      reading.run();
    } catch (RekindleException e) {
      if (e.code() != ErrorCode.DATA_CORRUPTED) {
        throw e;
      }
      problem(place + " opens, but holds what this release can't read");
    }
  }

  private long sequence() {
    return at == null ? 0 : at.sequence();
  }

  private void segment(ChainSegment segment, String place) {
    ChainPoint before = segment.before();
    if (at != null && !before.equals(at)) {
      seam(at, before, place);
    }
    ChainPoint point = before;
    for (byte[] item : segment.items()) {
      ChainPoint previous = point;
      point = point.next(sha, item);
      passBy(point);
      firstSequence = firstSequence == 0 ? point.sequence() : firstSequence;
      item(ItemCodec.decode(item), previous, point, place);
    }
    at = point;
  }

  private void passBy(ChainPoint point) {
    if (through != null
        && point.sequence() == through.sequence()
        && !point.hash().equals(through.hash())) {
      problem("record %d is another one than the backup saw".formatted(point.sequence()));
    }
  }

  private void seam(ChainPoint expected, ChainPoint found, String place) {
    listed = null;
    long next = expected.sequence() + 1;
    if (found.sequence() > expected.sequence()) {
      problem("records %d to %d are missing before %s".formatted(next, found.sequence(), place));
    } else if (found.sequence() < expected.sequence()) {
      problem(
          "%s goes back to record %d after record %d: the tail was put back from an old copy"
              .formatted(place, found.sequence() + 1, expected.sequence()));
    } else {
      problem("%s does not continue record %d".formatted(place, expected.sequence()));
    }
  }

  private void item(ChainItem item, ChainPoint before, ChainPoint point, String place) {
    switch (item) {
      case AuditRecord record -> {
        records++;
        closeSideList();
        listed = record.merkleRoot() == null ? null : new ReadRecord(point, record);
      }
      case ChainItem.MemoryIds ids -> {
        lists++;
        sideList.addAll(listed == null ? List.of() : ids.ids());
      }
      case ChainItem.Heartbeat heartbeat -> {
        heartbeats++;
        closeSideList();
        if (heartbeat.count() != before.sequence() || !heartbeat.hash().equals(before.hash())) {
          problem("%s: the heartbeat %d saw another history".formatted(place, point.sequence()));
        }
      }
    }
  }

  private void closeSideList() {
    if (listed != null
        && !(sideList.size() == listed.record().memoryCount()
            && MerkleTree.rootOf(sideList).equals(listed.record().merkleRoot()))) {
      problem(
          "record %d: the list of its memories does not have its Merkle root"
              .formatted(listed.point().sequence()));
    }
    listed = null;
    sideList.clear();
  }

  /** Walks the blocks of {@code sink} and then the tail, while the log goes on. */
  Reply.AuditVerified verify(
      BlockShipper shipper,
      TailFolder folder,
      UUID own,
      BlockCipher cipher,
      ChainPoint heartbeat,
      List<String> problemsAtOpen)
      throws IOException {
    problemsAtOpen.forEach(this::problem);
    // Most blocks without the lock, so that shipping goes on; then the rest and the tail with it.
    BlockShipper.View early = shipper.frozen(view -> view);
    blocks(early.sink(), 1, early.lastBlock(), cipher);
    return shipper.frozen(
        view -> {
          blocks(view.sink(), early.lastBlock() + 1, view.lastBlock(), cipher);
          tail(folder, own, cipher, view);
          end(heartbeat);
          return result();
        });
  }

  /** Walks the chain of another node, which has no tail here. */
  Reply.AuditVerified verify(BlockSink blocks, BlockCipher cipher) {
    blocks(blocks, 1, blocks.lastBlock(), cipher);
    end();
    return result();
  }

  private void blocks(@Nullable BlockSink sink, long from, long to, BlockCipher cipher) {
    for (long number = from; sink != null && number <= to; number++) {
      limit.check();
      block(number, sink.find(number), cipher);
    }
  }

  private void tail(TailFolder folder, UUID own, BlockCipher cipher, BlockShipper.View view)
      throws IOException {
    if (view.sink() != null) {
      begin(own, "the tail");
    }
    chain = own;
    try (TailWalk walk =
        new TailWalk(folder, own, cipher, TailPosition.START, view.end().position())) {
      for (@Nullable TailFrame frame = walk.next(); frame != null; frame = walk.next()) {
        limit.check();
        frame(frame, frame.position().compareTo(view.shipped()) <= 0);
      }
    }
  }
}
