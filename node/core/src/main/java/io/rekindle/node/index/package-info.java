/**
 * The index of one slice: columns and vectors of its memories, off-heap, mutable.
 *
 * <p>Starting points: {@link io.rekindle.node.index.SliceIndex} is the whole of it for {@code
 * storage}; {@link io.rekindle.node.index.SliceBuild} fills one from a scan while live changes go
 * on; {@code RowBlock} and {@code VectorBlock} are the formats; {@code VectorScan} is the search,
 * and {@code CodeScan} what spares it most vectors of a large slice, whose codes {@code
 * VectorCodes} keeps and {@code CodeMaker} makes: {@code FlatCodes}, or {@code ListCodes} of many.
 * {@code CandidateRows} finds the few rows that a selective filter can let through, by the {@code
 * RowSet} of each text.
 *
 * <p>Invariants: readers take no lock and never see half of a change, because a row's generation is
 * odd while it or one of its vectors changes and every reader checks it before and after. Whatever
 * is removed is overwritten before the call returns. Growth adds blocks and never moves data. Every
 * block, dictionary entry and set of rows is reserved in a {@link
 * io.rekindle.node.index.MemoryBudget} first, so that memory is refused before it is used. An
 * answer is the exact top-k, or has the recall that was asked for; its scores are exact always.
 *
 * <p>Does not: know Ignite, principals or keys, keep anything on disk, or decide who may see a row;
 * it is handed a filter that says so.
 */
@NullMarked
package io.rekindle.node.index;

import org.jspecify.annotations.NullMarked;
