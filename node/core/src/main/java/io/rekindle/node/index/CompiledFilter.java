package io.rekindle.node.index;

import java.util.function.LongSupplier;

/**
 * A filter made ready for one question. One thread.
 *
 * <p>Terms over dictionaries remember codes, and codes come back for other values. What is
 * remembered holds for every row that was written before the question began and has not changed
 * since: it kept its codes all the while. A row with a newer change makes the terms look up again.
 */
final class CompiledFilter {
  private final RowCondition test;
  private final boolean all;
  private final LongSupplier changes;
  private long knownChange;

  /** Of a test that was compiled after {@code knownChange} was read from {@code changes}. */
  CompiledFilter(RowCondition test, boolean all, LongSupplier changes, long knownChange) {
    this.test = test;
    this.all = all;
    this.changes = changes;
    this.knownChange = knownChange;
  }

  boolean test(RowBlock block, int slot) {
    if (all) {
      return true;
    }
    if (block.getLong(RowBlock.CHANGE, slot) > knownChange) {
      knownChange = changes.getAsLong();
      test.refresh();
    }
    return test.test(block, slot);
  }
}
