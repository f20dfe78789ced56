package io.rekindle.node.storage.row;

import io.rekindle.node.model.NamespacePath;

/** The wrapped key of a namespace (by its id) or of a root namespace (by its path). */
public final class DataKeyRow {
  static final byte FORMAT = 1;

  private final byte format = FORMAT;
  private final String path;
  private final byte[] wrapped;

  /** The array is not copied. */
  public DataKeyRow(NamespacePath path, byte[] wrapped) {
    this.path = path.toString();
    this.wrapped = wrapped;
  }

  /** Whose key it is: what leads from a row's namespace id back to the namespace. */
  public NamespacePath path() {
    return NamespacePath.parse(path);
  }

  /** Not copied. */
  public byte[] wrapped() {
    Formats.requireKnown(format, FORMAT);
    return wrapped;
  }
}
