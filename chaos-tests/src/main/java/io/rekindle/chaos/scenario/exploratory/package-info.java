/** Long runs with every kind of fault, in an order that the seed decides. */
@NullMarked
package io.rekindle.chaos.scenario.exploratory;

import org.jspecify.annotations.NullMarked;
