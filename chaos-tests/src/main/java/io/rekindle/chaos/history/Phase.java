package io.rekindle.chaos.history;

/** When an operation was asked. */
public enum Phase {
  /** While nodes were being broken. */
  TRAFFIC,
  /** After every fault was mended and every client had stopped: each record is read. */
  LAST_READ
}
