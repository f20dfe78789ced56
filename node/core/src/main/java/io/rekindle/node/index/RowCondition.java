package io.rekindle.node.index;

/** One condition over the columns of a row. */
interface RowCondition {
  boolean test(RowBlock block, int slot);

  /** Looks everything up again that it knows of dictionaries. */
  default void refresh() {}
}
