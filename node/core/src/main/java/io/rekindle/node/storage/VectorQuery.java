package io.rekindle.node.storage;

import io.rekindle.node.access.filter.Filter;
import org.jspecify.annotations.Nullable;

/**
 * What a search looks for.
 *
 * @param vector of the namespaces' dimensions; not copied
 * @param topK 1 to 1,000
 * @param minScore null for none
 * @param filter the caller's; ANDed to the pass's row filter
 * @param recallTarget how much of the exact answer is to be found on average, above 0 to 1; 1 is
 *     all of it
 */
public record VectorQuery(
    float[] vector, int topK, @Nullable Float minScore, Filter filter, double recallTarget) {}
