/**
 * The command line {@code rekindle}.
 *
 * <p>Starting points: {@code RekindleCommand} lists the commands; {@code Connection} says where
 * they connect to; {@code quickstart} is the tour.
 *
 * <p>Invariants: talks to nodes through the client only and starts one as a process, never as a
 * class; every command honours {@code -o json}; exit code 0 is success, 1 failure, 2 wrong usage.
 */
@NullMarked
package io.rekindle.cli;

import org.jspecify.annotations.NullMarked;
