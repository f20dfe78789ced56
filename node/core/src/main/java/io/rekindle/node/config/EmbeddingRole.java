package io.rekindle.node.config;

/** Whose texts a node embeds; queries each node embeds itself, whatever its role. */
public enum EmbeddingRole {
  /** Its own, and those of other nodes that it has room for. */
  ANY,
  /** Its own alone; others take what it has no room for. */
  OWN,
  /** None: others take all. */
  NONE
}
