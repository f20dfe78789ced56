/**
 * Figures: as a table and as JSON while they are fresh, and later as a page and a plot.
 *
 * <p>Starting points: {@link io.rekindle.cli.bench.report.BenchReport} is what a benchmark fills
 * and saves; {@link io.rekindle.cli.bench.report.ReportPage} and {@link
 * io.rekindle.cli.bench.report.RecallPlot} are made of what was saved.
 *
 * <p>Invariants: the form of the JSON only grows; the same files give the same page and plot, byte
 * by byte. Knows no node and measures nothing.
 */
@NullMarked
package io.rekindle.cli.bench.report;

import org.jspecify.annotations.NullMarked;
