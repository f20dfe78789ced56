package io.rekindle.node.index.kmeans;

/** Inner products of one vector with many means. Stateless and thread-safe. */
interface DotKernel {
  /** Means that lie side by side: their first coordinates, then their second, and so on. */
  int GROUP = 64;

  /**
   * The inner product with each mean.
   *
   * @param means groups of {@link #GROUP}
   * @param dots takes one a mean; as long as there are means, with those that fill the last group
   */
  void dots(float[] vector, float[] means, float[] dots);

  /** The widest that the processor has; scalar where the Vector API's module is not resolved. */
  static DotKernel best() {
    boolean vectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    return vectors ? new SimdDotKernel() : new ScalarDotKernel();
  }
}
