package io.rekindle.node.index.kmeans;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Registers of the machine's preferred width: each lane is another mean, so nothing is added up.
 */
final class SimdDotKernel implements DotKernel {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  // Four sums side by side hide the time that an addition takes.
  private static final int STEP = Math.min(4 * LANES, GROUP);

  @Override
  public void dots(float[] vector, float[] means, float[] dots) {
    for (int group = 0; group < dots.length; group += GROUP) {
      for (int lane = 0; lane < GROUP; lane += STEP) {
        step(vector, means, group * vector.length + lane, dots, group + lane);
      }
    }
  }

  private static void step(float[] vector, float[] means, int from, float[] dots, int to) {
    FloatVector a = FloatVector.zero(SPECIES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int at = from;
    for (float value : vector) {
      FloatVector each = FloatVector.broadcast(SPECIES, value);
      a = each.fma(FloatVector.fromArray(SPECIES, means, at), a);
      b = each.fma(FloatVector.fromArray(SPECIES, means, at + LANES), b);
      c = each.fma(FloatVector.fromArray(SPECIES, means, at + 2 * LANES), c);
      d = each.fma(FloatVector.fromArray(SPECIES, means, at + 3 * LANES), d);
      at += GROUP;
    }
    a.intoArray(dots, to);
    b.intoArray(dots, to + LANES);
    c.intoArray(dots, to + 2 * LANES);
    d.intoArray(dots, to + 3 * LANES);
  }
}
