/**
 * Tokens that callers carry from one request to another: opaque, authenticated, bound to who they
 * were made for. Starting points: {@code PageTokens} for the next page of an answer, {@code
 * WaitTokens} for what a search is to wait for; both are {@code SealedWords}.
 */
@NullMarked
package io.rekindle.node.pipeline.token;

import org.jspecify.annotations.NullMarked;
