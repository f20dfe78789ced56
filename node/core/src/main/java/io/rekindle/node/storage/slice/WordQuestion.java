package io.rekindle.node.storage.slice;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.model.MemoryId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a slice's words.
 *
 * @param words a text
 * @param topK 1 or more
 * @param minScore lowest score returned, or NaN
 * @param filter that rows pass; of declared fields only
 * @param among the only memories that may be found, or null for all
 * @param hides whether rows are hidden from the caller, so that scores must not tell of them
 */
public record WordQuestion(
    String words,
    int topK,
    float minScore,
    Filter filter,
    @Nullable Set<MemoryId> among,
    boolean hides) {}
