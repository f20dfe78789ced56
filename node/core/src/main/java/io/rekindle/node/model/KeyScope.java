package io.rekindle.node.model;

/** The first of the three layers of access: what an API key can ever do. */
public enum KeyScope {
  READ_ONLY,
  READ_WRITE,
  ADMIN;

  public boolean includes(KeyScope other) {
    return compareTo(other) >= 0;
  }
}
