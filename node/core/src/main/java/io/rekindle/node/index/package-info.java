/**
 * The index of one slice: columns and vectors of its memories, off-heap, mutable.
 *
 * <p>Starting points: {@link io.rekindle.node.index.SliceIndex} is the whole of it for {@code
 * storage}; {@link io.rekindle.node.index.SliceBuild} fills one from a scan while live changes go
 * on; {@code RowBlock} and {@code VectorBlock} are the formats; {@code VectorScan} is the search,
 * and {@code CodeScan} what spares it most vectors of a large slice, whose codes {@code
 * VectorCodes} keeps and {@code CodeMaker} makes: {@code FlatCodes}, or {@code ListCodes} of many.
 * {@code VectorSearch} decides which of them a question takes, and {@code Rescoring} reads the few
 * exact vectors that it needs where {@code VectorFloats} keeps none. {@code CandidateRows} finds
 * the few rows that a selective filter can let through, by the {@code RowSet} of each text.
 *
 * <p>Invariants: readers take no lock and never see half of a change, because a row's generation is
 * odd while it or one of its vectors changes and every reader checks it before and after. Whatever
 * is removed is overwritten before the call returns. Growth adds blocks and never moves data. Every
 * block, dictionary entry and set of rows is reserved in a {@link
 * io.rekindle.node.index.MemoryBudget} first, so that memory is refused before it is used. An
 * answer that says that it is exact is the exact top-k with exact scores; any other has the recall
 * that was asked for, and scores that are exact or off by what int8 rounds. {@link
 * io.rekindle.node.index.ExactVectors} is asked without a lock, and never from a change.
 *
 * <p>Does not: know Ignite, principals or keys, keep anything on disk, or decide who may see a row;
 * it is handed a filter that says so.
 */
@NullMarked
package io.rekindle.node.index;

import org.jspecify.annotations.NullMarked;
