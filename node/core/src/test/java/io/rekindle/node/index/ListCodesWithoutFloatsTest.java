package io.rekindle.node.index;

/** Codes in lists, of vectors whose floats are not kept. */
class ListCodesWithoutFloatsTest extends CodeSearchContract {
  @Override
  int listsFrom(int codesFrom) {
    return codesFrom;
  }

  @Override
  boolean keepsFloats() {
    return false;
  }
}
