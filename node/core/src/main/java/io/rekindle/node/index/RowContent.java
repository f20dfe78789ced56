package io.rekindle.node.index;

/**
 * One content of one memory, by which an index tells whether it is up to date.
 *
 * @param high of the memory id
 * @param low of the memory id
 * @param contentVersion of the row
 * @param createdAtMicros of the row: a memory that was deleted and stored again under its old id
 *     counts its versions anew
 */
public record RowContent(long high, long low, long contentVersion, long createdAtMicros) {}
