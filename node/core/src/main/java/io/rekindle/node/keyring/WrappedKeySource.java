package io.rekindle.node.keyring;

import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import org.jspecify.annotations.Nullable;

/** Where wrapped keys are kept; implemented by {@code storage}. Safe for use by many threads. */
public interface WrappedKeySource {
  /** What {@link Keyring#newWrappedNamespaceKey} gave for {@code id}, or null. */
  @Nullable WrappedKey findWrappedKey(NamespaceId id);

  /** What {@link Keyring#newWrappedRootKey} gave for {@code root}, or null. */
  @Nullable WrappedKey findWrappedRootKey(NamespacePath root);
}
