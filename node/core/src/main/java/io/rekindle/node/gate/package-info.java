/**
 * The one door: every request of every protocol passes {@code RequestGate}.
 *
 * <p>Starting points: {@code RequestGate.handle} reads like a table of contents; {@code
 * CommandRules} says which action on which namespaces a command is; {@code CommandDispatcher} finds
 * its handler.
 *
 * <p>Invariants: no handler runs without an access pass; no answer leaves without an audit record;
 * a mutation's intent is recorded before its first effect.
 */
@NullMarked
package io.rekindle.node.gate;

import org.jspecify.annotations.NullMarked;
