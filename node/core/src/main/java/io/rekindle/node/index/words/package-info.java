/**
 * The words of a slice's memories: an inverted index, ranked by BM25 (Robertson, Zaragoza: The
 * Probabilistic Relevance Framework, 2009), by Lucene.
 *
 * <p>Starting points: {@link io.rekindle.node.index.words.WordIndex} is all of it for {@code
 * storage}; {@code JudgedHits} is the search; {@link io.rekindle.node.index.words.WordAnalysis}
 * says what a word is.
 *
 * <p>Invariants: every slice has an index of its own, so that how rare a word is says nothing of
 * another namespace; a document is one content of one memory and is an answer only while the
 * slice's row has that content and passes the filter, so that what was deleted or hidden is not
 * found, however late this index learns of it.
 *
 * <p>Does not: know Ignite, principals or keys; read contents, which are handed to it.
 */
@NullMarked
package io.rekindle.node.index.words;

import org.jspecify.annotations.NullMarked;
