/**
 * The filter language: what callers filter by, and what grants and policies restrict rows by.
 *
 * <p>Starting points: {@link io.rekindle.node.access.filter.Filter} is the tree, {@code
 * FilterParser} reads the AIP-160 style text, {@link io.rekindle.node.access.filter.FilterRow} is
 * what a tree is tested against.
 *
 * <p>Invariants: a comparison with a field that a row lacks is false, whatever the operator; NOT is
 * plain negation of that. The same tree gives the same answer over index columns, over rows in Java
 * and, later, in SQL.
 */
@NullMarked
package io.rekindle.node.access.filter;

import org.jspecify.annotations.NullMarked;
