/** Short runs with one kind of fault each, in every build. */
@NullMarked
package io.rekindle.chaos.scenario.regression;

import org.jspecify.annotations.NullMarked;
