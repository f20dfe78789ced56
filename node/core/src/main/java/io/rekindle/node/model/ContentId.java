package io.rekindle.node.model;

/**
 * One content of a memory: an update of the content makes another one.
 *
 * @param contentVersion the {@code version} at which the memory got this content
 */
public record ContentId(NamespacePath namespace, MemoryId memoryId, long contentVersion) {}
