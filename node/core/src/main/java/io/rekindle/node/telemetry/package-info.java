/**
 * What the person on call can watch: meters for Prometheus, and diagnostics in lines of JSON.
 *
 * <p>Starting points: {@link io.rekindle.node.telemetry.NodeMeters} names every meter; {@link
 * io.rekindle.node.telemetry.Diagnostics} says where diagnostics go and how much is kept.
 *
 * <p>Invariants: no meter carries a namespace, an API key or an id as a label; the number of time
 * series is bounded by the code. Diagnostic texts are constants, what varies is in keys and values.
 *
 * <p>Does not: serve anything; the door asks for {@code scrape()}.
 */
@NullMarked
package io.rekindle.node.telemetry;

import org.jspecify.annotations.NullMarked;
