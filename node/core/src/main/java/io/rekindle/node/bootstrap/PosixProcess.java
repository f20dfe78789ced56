package io.rekindle.node.bootstrap;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** What a process can ask of the system for itself, and Java has no call for. */
final class PosixProcess {
  /** The same number on Linux and macOS. */
  private static final int RLIMIT_CORE = 4;

  /**
   * In bytes. Not 0: Linux ignores that one when cores are piped to a program, but never starts the
   * program for a limit of exactly 1 (core(5)); and no core file is that small.
   */
  private static final long NO_CORE = 1;

  /** Nothing for the group and others. */
  private static final int OWNER_ONLY = 0077;

  private PosixProcess() {}

  /**
   * Takes from the process the right to core files. {@code -XX:-CreateCoredumpOnCrash} is about
   * crashes that the JVM handles; a native library that calls {@code abort} is not one, and the
   * kernel would write all memory to a file. The hard limit stays, for processes started from here.
   */
  static void forbidCores() {
    FunctionDescriptor shape = FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS);
    find("getrlimit", shape)
        .ifPresent(
            getrlimit ->
                find("setrlimit", shape).ifPresent(setrlimit -> limitCores(getrlimit, setrlimit)));
  }

  /**
   * From now on every file and folder is born for its owner alone, whoever makes it: Ignite, the
   * diagnostics, and the JVM itself when it reports a crash.
   */
  static void makeFilesForOwnerOnly() {
    find("umask", FunctionDescriptor.of(JAVA_INT, JAVA_INT))
        .ifPresent(
            umask -> {
              try {
                var _ = (int) umask.invokeExact(OWNER_ONLY);
              } catch (Throwable e) {
                throw new IllegalStateException("umask can't be called", e);
              }
            });
  }

  /** The system's answers are not looked at: a warning at start tells the limit that there is. */
  private static void limitCores(MethodHandle getrlimit, MethodHandle setrlimit) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment softAndHard = arena.allocate(JAVA_LONG, 2);
      var _ = (int) getrlimit.invokeExact(RLIMIT_CORE, softAndHard);
      if (softAndHard.getAtIndex(JAVA_LONG, 1) != 0) {
        softAndHard.setAtIndex(JAVA_LONG, 0, NO_CORE);
        var _ = (int) setrlimit.invokeExact(RLIMIT_CORE, softAndHard);
      }
    } catch (Throwable e) {
      throw new IllegalStateException("the limit of core files can't be set", e);
    }
  }

  @SuppressWarnings("restricted") // Calls of the C library; node.args allows them.
  private static Optional<MethodHandle> find(String name, FunctionDescriptor shape) {
    Linker linker = Linker.nativeLinker();
    return linker.defaultLookup().find(name).map(address -> linker.downcallHandle(address, shape));
  }
}
