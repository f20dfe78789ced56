/**
 * How providers of the customer's key are spoken to, by those of them that speak HTTP.
 *
 * <p>Starting points: {@link io.rekindle.node.kms.http.KeyServiceHttp} makes clients, {@link
 * io.rekindle.node.kms.http.Authorities} says whom they trust.
 *
 * <p>Invariants: TLS 1.3 alone; every answer ends in bounded time, and has a bounded size; no
 * redirect is followed.
 *
 * <p>Does not: know a vendor.
 */
@NullMarked
package io.rekindle.node.kms.http;

import org.jspecify.annotations.NullMarked;
