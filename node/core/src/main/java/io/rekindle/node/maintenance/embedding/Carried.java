package io.rekindle.node.maintenance.embedding;

import io.rekindle.node.storage.VectorStore;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What became of a batch, collected part by part; positions that are in neither need no more.
 *
 * @param failed content versions by position: an attempt of each
 * @param untaken positions of those that no node took: no attempt
 */
record Carried(SortedMap<Integer, Long> failed, SortedSet<Integer> untaken) {
  Carried() {
    this(new TreeMap<>(), new TreeSet<>());
  }

  /** Takes in what {@link EmbedOperation#run} answered for a part. */
  void settle(BatchPart part, byte[] answer) {
    EmbedCallCodec.readFailures(answer)
        .forEach(
            (position, contentVersion) ->
                failed.put(part.positions().get(position), contentVersion));
  }

  /** Of whichever content. */
  void fail(BatchPart part) {
    part.positions().forEach(this::fail);
  }

  void fail(int position) {
    failed.put(position, VectorStore.ANY_CONTENT);
  }

  void leave(BatchPart part) {
    untaken.addAll(part.positions());
  }
}
