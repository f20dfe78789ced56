package io.rekindle.node.index.rabitq;

import jdk.incubator.vector.LongVector;

/** Chooses the kernel that this machine runs best. */
public final class CodeKernels {
  private CodeKernels() {}

  /** The widest that the processor has; scalar where the Vector API's module is not resolved. */
  public static CodeKernel best() {
    boolean vectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    return vectors ? ofBits(Width.preferred()) : new ScalarCodeKernel();
  }

  /** The kernel of a width: 512, 256, 128; any other is scalar. */
  static CodeKernel ofBits(int bits) {
    return switch (bits) {
      case 512 -> new CodeKernel512();
      case 256 -> new CodeKernel256();
      case 128 -> new CodeKernel128();
      default -> new ScalarCodeKernel();
    };
  }

  /** Apart, so that nothing of the module is linked where it is absent. */
  private static final class Width {
    static int preferred() {
      return LongVector.SPECIES_PREFERRED.vectorBitSize();
    }
  }
}
