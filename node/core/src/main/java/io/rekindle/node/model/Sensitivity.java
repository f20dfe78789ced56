package io.rekindle.node.model;

/** How sensitive a memory is, from least to most; conditions compare by this order. */
public enum Sensitivity {
  PUBLIC,
  INTERNAL,
  CONFIDENTIAL,
  RESTRICTED
}
