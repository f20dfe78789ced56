/**
 * What a run was, for people.
 *
 * <p>Starting points: {@link io.rekindle.chaos.report.ChaosReport} writes a page and a plot.
 *
 * <p>Invariants: the same run gives the same bytes; nothing of the machine's paths, and no
 * contents.
 */
@NullMarked
package io.rekindle.chaos.report;

import org.jspecify.annotations.NullMarked;
