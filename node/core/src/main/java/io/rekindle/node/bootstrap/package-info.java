/**
 * Puts the node together: the only place that sees everything.
 *
 * <p>Starting points: {@code NodeMain} is the process; {@code NodeShell} is what lives as long as
 * the process (lock of the folder, cluster key, audit log, door); {@code Engine} is what can be
 * stopped and started inside it (Ignite and everything in it).
 *
 * <p>Invariants: nothing is touched before every check of the start has passed; the door is open
 * before the engine is up and answers that it is not ready; passes for the system are minted here
 * only.
 */
@NullMarked
package io.rekindle.node.bootstrap;

import org.jspecify.annotations.NullMarked;
