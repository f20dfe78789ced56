package io.rekindle.node.index.scan;

import jdk.incubator.vector.FloatVector;

/** Chooses the kernel that this machine runs best. */
public final class Kernels {
  private Kernels() {}

  /** The widest that the processor has; scalar where the Vector API's module is not resolved. */
  public static Kernel best() {
    boolean vectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    return vectors ? ofBits(Width.preferred()) : new ScalarKernel();
  }

  /** The kernel of a width: 512, 256, 128; any other is scalar. */
  static Kernel ofBits(int bits) {
    return switch (bits) {
      case 512 -> new Kernel512();
      case 256 -> new Kernel256();
      case 128 -> new Kernel128();
      default -> new ScalarKernel();
    };
  }

  /** Apart, so that nothing of the module is linked where it is absent. */
  private static final class Width {
    static int preferred() {
      return FloatVector.SPECIES_PREFERRED.vectorBitSize();
    }
  }
}
