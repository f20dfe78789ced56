package io.rekindle.node.model;

/** A chunk of a content and its vector, which is not copied. */
public record EmbeddedChunk(ChunkSpan span, float[] vector) {}
