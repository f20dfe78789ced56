package io.rekindle.node.model;

import org.jspecify.annotations.Nullable;

/**
 * How a hit came to its place. Ranks count from 1; 0 is not among the candidates of that part.
 *
 * @param recency 0 to 1 by age; 0 when it has no weight
 * @param importance as stored; 0 when it has no weight
 * @param path how the index looked for meaning; null when it did not
 */
public record HitExplanation(
    float meaningScore,
    int meaningRank,
    float wordsScore,
    int wordsRank,
    float recency,
    float importance,
    @Nullable SearchPath path) {}
