/**
 * Memories in and out as JSONL: one JSON object a line, with the field names of the API.
 *
 * <p>Starting points: {@link io.rekindle.cli.transfer.MemoryImport} sends lines in bounded batches,
 * {@link io.rekindle.cli.transfer.LineReader} reads them.
 *
 * <p>Invariants: nothing is held but the lines in flight; a line that is bad is reported by its
 * number, and ends the import unless the caller said to skip; the same line imported twice is
 * stored once.
 */
@NullMarked
package io.rekindle.cli.transfer;

import org.jspecify.annotations.NullMarked;
