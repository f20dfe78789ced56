package io.rekindle.node.keyring;

import io.rekindle.node.model.NamespacePath;

/**
 * A data key at rest.
 *
 * @param root below which it is used: where a tenant has a key of its own, it takes that
 * @param bytes as the {@link Keyring} made them; not copied
 */
public record WrappedKey(NamespacePath root, byte[] bytes) {}
