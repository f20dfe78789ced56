package io.rekindle.node.audit;

import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.RequestId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Finds all memory ids of some intents where they are kept, in the chain: an intent in RAM or in a
 * file's preamble has the first 64 or none. A record and its side list are one append, hence one
 * segment, whether it lies in the tail or in a block. For one search, by one thread.
 */
final class IntentMemories {
  private final Map<Long, OpenIntent> wanted = new HashMap<>();
  private final Map<RequestId, List<MemoryId>> found = new HashMap<>();

  private IntentMemories(List<OpenIntent> intents) {
    intents.forEach(intent -> wanted.put(intent.sequence(), intent));
  }

  /** The same intents with all their ids; one that the chain lost keeps those that it has. */
  static List<OpenIntent> complete(
      List<OpenIntent> intents,
      BlockShipper.View view,
      TailFolder folder,
      UUID chain,
      BlockCipher cipher)
      throws IOException {
    IntentMemories search = new IntentMemories(intents);
    search.searchTail(folder, chain, cipher, view.end().position());
    @Nullable BlockSink sink = view.sink();
    if (sink != null) {
      for (OpenIntent intent : intents) {
        search.searchBlocks(intent, new Blocks(sink, chain, cipher), view.lastBlock());
      }
    }
    return intents.stream()
        .map(
            intent ->
                intent.withMemories(
                    search.found.getOrDefault(intent.requestId(), intent.memoryIds())))
        .toList();
  }

  private void searchTail(TailFolder folder, UUID chain, BlockCipher cipher, TailPosition end)
      throws IOException {
    try (TailWalk walk = new TailWalk(folder, chain, cipher, TailPosition.START, end)) {
      for (@Nullable TailFrame frame = walk.next(); frame != null; frame = walk.next()) {
        if (frame.good() && !frame.preamble()) {
          take(frame.segment());
        }
      }
    }
  }

  /** Looks at the last block that begins at or before the intent. */
  private void searchBlocks(OpenIntent intent, Blocks blocks, long lastBlock) {
    long low = 1;
    long high = lastBlock;
    @Nullable ChainSegment last = null;
    while (low <= high && !found.containsKey(intent.requestId())) {
      long middle = low + (high - low) / 2;
      long number = middle;
      @Nullable AuditBlock block = blocks.find(number);
      while (block == null && number > low) {
        block = blocks.find(--number);
      }
      if (block == null || block.segment().firstSequence() <= intent.sequence()) {
        last = block == null ? last : block.segment();
        low = middle + 1;
      } else {
        high = number - 1;
      }
    }
    if (last != null) {
      take(last);
    }
  }

  private void take(ChainSegment segment) {
    long sequence = segment.before().sequence();
    @Nullable List<MemoryId> list = null;
    for (byte[] item : segment.items()) {
      @Nullable OpenIntent intent = wanted.get(++sequence);
      if (intent != null) {
        list = begin(intent, ItemCodec.decode(item));
      } else if (list != null) {
        list = ItemCodec.decode(item) instanceof ChainItem.MemoryIds more ? add(list, more) : null;
      }
    }
  }

  /** Takes what the record shows; returns the list that its side list is to fill, if it has one. */
  private @Nullable List<MemoryId> begin(OpenIntent intent, ChainItem item) {
    if (!(item instanceof AuditRecord record)
        || !record.requestId().equals(intent.requestId())
        || record.kind() != AuditRecord.Kind.INTENT) {
      return null;
    }
    List<MemoryId> ids = record.merkleRoot() == null ? record.memoryIds() : new ArrayList<>();
    found.put(intent.requestId(), ids);
    return record.merkleRoot() == null ? null : ids;
  }

  private static List<MemoryId> add(List<MemoryId> list, ChainItem.MemoryIds more) {
    list.addAll(more.ids());
    return list;
  }

  /** The blocks of one chain; another's, of before a restore, count as missing. */
  private record Blocks(BlockSink sink, UUID chain, BlockCipher cipher) {
    @Nullable AuditBlock find(long number) {
      byte @Nullable [] sealed = sink.find(number);
      @Nullable AuditBlock block = sealed == null ? null : AuditBlock.open(number, sealed, cipher);
      return block != null && block.chain().equals(chain) ? block : null;
    }
  }
}
