/**
 * The Java client of Rekindle.
 *
 * <p>Starting points: {@link io.rekindle.client.RekindleClient} connects; {@link
 * io.rekindle.client.Call} is one prepared call that runs blocking or asynchronously, so that every
 * operation exists once; {@link io.rekindle.client.RekindleClientException} is every error.
 *
 * <p>Requests and answers are the messages of {@code rekindle.v1}, not copies of them: what the API
 * gains is there at once, in the words of its documentation. Short forms exist for what is done
 * most.
 *
 * <p>Invariants: only TLS 1.3; a write without an idempotency key gets one, so that a retry is the
 * same write; nothing of the server is on the class path.
 */
@NullMarked
package io.rekindle.client;

import org.jspecify.annotations.NullMarked;
