/**
 * Errors as data: a code, a static text and details in key/value pairs.
 *
 * <p>Starting points: {@link io.rekindle.node.error.ErrorCode} is the one table that maps every
 * error to each protocol; {@link io.rekindle.node.error.RekindleException} carries it.
 *
 * <p>Invariants: a text is a constant of the source; what varies goes in the details, and never
 * holds content, vectors, filters or secrets of a request.
 */
@NullMarked
package io.rekindle.node.error;

import org.jspecify.annotations.NullMarked;
