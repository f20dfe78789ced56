/**
 * Who may do what: (principal, action, resource, context) to an {@code AccessPass} or a denial.
 *
 * <p>Starting points: {@link io.rekindle.node.access.Authorizer} is the only mint of an {@link
 * io.rekindle.node.access.AccessPass}, which everything that touches data asks for first; {@link
 * io.rekindle.node.access.Action} is the table of actions and what each needs; {@link
 * io.rekindle.node.access.Giving} bounds what one key may give another.
 *
 * <p>Invariants: a decision comes from the key's scope and grants alone, never from what exists, so
 * that a denial tells nothing; a pass can't be made outside this package, lives for one request and
 * refuses everything after its expiry; conditions that cannot be read deny.
 *
 * <p>Does no I/O: grants come through {@code GrantSource}, which {@code storage} implements.
 */
@NullMarked
package io.rekindle.node.access;

import org.jspecify.annotations.NullMarked;
