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

  /**
   * Takes in what {@link EmbedOperation#run} answered for a part. What is locked where it was asked
   * is brought again by the sweep when it is not, but another node may have the key that this one
   * lacks.
   *
   * @param elsewhere whether another node has answered
   */
  void settle(BatchPart part, byte[] answer, boolean elsewhere) {
    EmbedCallCodec.readFailures(answer)
        .forEach(
            (position, contentVersion) ->
                settle(part.positions().get(position), contentVersion, elsewhere));
  }

  private void settle(int position, long contentVersion, boolean elsewhere) {
    if (contentVersion != EmbedOperation.LOCKED) {
      failed.put(position, contentVersion);
    } else if (elsewhere) {
      untaken.add(position);
    }
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
