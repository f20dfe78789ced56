/**
 * Clusters of vectors: the means that codes in lists are made against, and in which lists a vector
 * belongs.
 *
 * <p>Starting points: {@link io.rekindle.node.index.kmeans.KMeans} finds the means of a sample;
 * {@link io.rekindle.node.index.kmeans.Means} compares vectors with them and chooses two lists for
 * each, after SOAR (Sun, Simcha, Dopson, Guo, Kumar, SOAR: Improved Indexing for Approximate
 * Nearest Neighbor Search, NeurIPS 2023).
 *
 * <p>Invariants: the same sample and seed give the same means with the same kernel; whatever the
 * vectors are (equal, zero, fewer than means), each mean is finite and each vector has lists.
 *
 * <p>Does not: know rows, codes, threads or memory budgets; everything here is pure.
 */
@NullMarked
package io.rekindle.node.index.kmeans;

import org.jspecify.annotations.NullMarked;
