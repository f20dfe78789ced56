package io.rekindle.node.config;

/** What an acknowledged write survives; for Ignite's WAL and the audit tail alike. */
public enum Durability {
  /** kill -9 of the process; a power loss only through replicas. */
  PROCESS,
  /** Power loss: fsync before the acknowledgement, one for all who wait. */
  POWER
}
