package io.rekindle.node.storage.row;

import io.rekindle.node.model.NamespacePath;

/** The wrapped key of a namespace (by its id) or of a root namespace (by its path). */
public final class DataKeyRow {
  static final byte FORMAT = 1;

  private final byte format;
  private final String path;
  private final int slices;
  private final byte[] wrapped;

  /**
   * The array is not copied.
   *
   * @param slices of the namespace, or 0 for a root
   */
  public DataKeyRow(NamespacePath path, int slices, byte[] wrapped) {
    this.format = FORMAT;
    this.path = path.toString();
    this.slices = slices;
    this.wrapped = wrapped;
  }

  /** Whose key it is: what leads from a row's namespace id back to the namespace. */
  public NamespacePath path() {
    return NamespacePath.parse(path);
  }

  /** How many slices the key seals: known here when the namespace's own entry is gone. */
  public int slices() {
    return slices;
  }

  /** Not copied. */
  public byte[] wrapped() {
    Formats.requireKnown(format, FORMAT);
    return wrapped;
  }
}
