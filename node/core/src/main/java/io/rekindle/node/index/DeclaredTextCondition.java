package io.rekindle.node.index;

import io.rekindle.node.access.filter.Filter;

/** A comparison of the text at a declared path. */
final class DeclaredTextCondition implements RowCondition {
  private final int path;
  private final TextCondition test;

  DeclaredTextCondition(int path, Dictionary<String> dictionary, Filter.Compare compare) {
    this.path = path;
    this.test = new TextCondition(dictionary, compare);
  }

  @Override
  public boolean test(RowBlock block, int slot) {
    return block.getByte(RowBlock.DECLARED_KIND + path, slot) == Dictionaries.TEXT
        && test.test((int) block.getLong(RowBlock.DECLARED + path, slot));
  }

  @Override
  public void refresh() {
    test.refresh();
  }
}
