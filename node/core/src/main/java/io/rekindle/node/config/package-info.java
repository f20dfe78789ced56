/**
 * Typed configuration: every limit with its unit and default, in one place.
 *
 * <p>Starting point: {@link io.rekindle.node.config.NodeConfig}. Keys are {@code rekindle.*}; they
 * come from the node's file, then {@code REKINDLE_*} variables, then system properties, the last
 * one winning. Every default has a test, {@code NodeConfigTest}.
 */
@NullMarked
package io.rekindle.node.config;

import org.jspecify.annotations.NullMarked;
