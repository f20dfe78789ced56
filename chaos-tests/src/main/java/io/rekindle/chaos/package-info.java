/**
 * Breaks real nodes under traffic, and holds them to what they acknowledged.
 *
 * <p>Starting points: {@link io.rekindle.chaos.scenario.ChaosRun} is one run from the first start
 * of a node to the verdict; {@link io.rekindle.chaos.checker.Checkers} is everything that condemns
 * one.
 *
 * <p>{@code traffic} asks by a seed and writes down in a {@code history} what it asked and was
 * answered, while {@code fault} breaks the processes of a {@code cluster}. The {@code model} says
 * what must be true then, the {@code checker}s say where the history is not so, and {@code report}
 * says it to people.
 *
 * <p>Invariants: nodes are processes of the built distribution, reached through the client and the
 * operating system alone; nothing of the server is on the class path; a run is a seed, and a run
 * that fails names the command that repeats it.
 */
@NullMarked
package io.rekindle.chaos;

import org.jspecify.annotations.NullMarked;
