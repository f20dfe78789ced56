package io.rekindle.node.model;

import org.jspecify.annotations.Nullable;

/**
 * The sealed part of a memory.
 *
 * @param content the text, at most 64 KiB of UTF-8
 * @param metadata a JSON object as text, already bounded; null when there is none
 * @param source where it came from, at most 256 bytes
 * @param subjectId the person or customer whom the memory is about, in clear only here
 */
public record MemoryPayload(
    String content,
    @Nullable String metadata,
    @Nullable String source,
    @Nullable String subjectId) {}
