/**
 * Who may do what: (principal, action, resource, context) to an {@code AccessPass} or a denial.
 *
 * <p>Does no I/O: grants come through {@code GrantSource}, which {@code storage} implements.
 */
@NullMarked
package io.rekindle.node.access;

import org.jspecify.annotations.NullMarked;
