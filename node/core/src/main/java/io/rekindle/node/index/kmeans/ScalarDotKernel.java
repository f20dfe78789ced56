package io.rekindle.node.index.kmeans;

import java.util.Arrays;

/** Plain Java. */
final class ScalarDotKernel implements DotKernel {
  @Override
  public void dots(float[] vector, float[] means, float[] dots) {
    Arrays.fill(dots, 0);
    for (int group = 0; group < dots.length; group += GROUP) {
      int at = group * vector.length;
      for (float value : vector) {
        for (int lane = 0; lane < GROUP; lane++) {
          dots[group + lane] += value * means[at + lane];
        }
        at += GROUP;
      }
    }
  }
}
