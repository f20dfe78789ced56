/**
 * What is stored and searched in a benchmark: vectors by number, what a filter passes, exact
 * answers.
 *
 * <p>Starting points: {@link io.rekindle.cli.bench.data.DataSet} says what a prepared namespace
 * holds; {@link io.rekindle.cli.bench.data.GroundTruth} what a search of it must find.
 *
 * <p>Invariants: all that a memory is follows from its number, so that nothing is read back from a
 * node and no set of vectors is kept in the heap; a data set's name says everything that decides
 * its content. Knows no node and no client.
 */
@NullMarked
package io.rekindle.cli.bench.data;

import org.jspecify.annotations.NullMarked;
