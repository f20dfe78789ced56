package io.rekindle.node.embedding;

/**
 * A piece of a content that has one vector.
 *
 * @param text the content from {@code startChar} to {@code endChar}
 * @param startChar inclusive, in UTF-16 code units, never inside a surrogate pair
 * @param endChar exclusive, as {@code startChar}
 * @param index from 0, in the order of the content
 */
public record TextChunk(String text, int startChar, int endChar, int index) {}
