package io.rekindle.node.bootstrap;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.rekindle.node.cluster.EngineFolders;
import io.rekindle.node.error.StartRefusedException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the memory of the process off the disk: no heap or core dumps, crash reports and temporary
 * files inside the data folder alone.
 */
final class HostSafety {
  private static final Logger LOG = LoggerFactory.getLogger(HostSafety.class);
  private static final Path SWAPS = Path.of("/proc/swaps");
  private static final Path LIMITS = Path.of("/proc/self/limits");

  private HostSafety() {}

  /**
   * Checks how the JVM was started; changes nothing.
   *
   * @throws StartRefusedException when it could write its memory out
   */
  static void check() {
    if (isOn("CreateCoredumpOnCrash")) {
      throw new StartRefusedException(
          "The JVM would write its memory to a core file: start it with"
              + " -XX:-CreateCoredumpOnCrash.");
    }
  }

  /**
   * Checks how the JVM of a node's own process was started; changes nothing. The JDK fixes these
   * before the first line of ours runs, so that they can't be set from inside.
   *
   * @throws StartRefusedException when it would write anything outside of {@code dataFolder}
   */
  static void checkProcess(Path dataFolder) {
    String errorFile = jvm().getVMOption("ErrorFile").getValue();
    if (errorFile == null || !Path.of(errorFile).startsWith(dataFolder)) {
      throw new StartRefusedException(
          "The JVM would write a crash report outside of the data folder: start it with"
              + " -XX:ErrorFile="
              + dataFolder.resolve("hs_err_%p.log")
              + ".");
    }
    Path temporary = EngineFolders.temporary(dataFolder);
    if (!Path.of(System.getProperty("java.io.tmpdir")).equals(temporary)) {
      throw new StartRefusedException(
          "The JVM would make temporary files outside of the data folder: start it with"
              + " -Djava.io.tmpdir="
              + temporary
              + ".");
    }
    if (isOn("UsePerfData") && !isOn("PerfDisableSharedMem")) {
      throw new StartRefusedException(
          "The JVM would tell its arguments to a file of /tmp: start it with"
              + " -XX:+PerfDisableSharedMem.");
    }
  }

  /** Sets what can be set from inside; touches no file. */
  static void restrict(Path temporaryFolder) {
    jvm().setVMOption("HeapDumpOnOutOfMemoryError", "false");
    // For those who ask for it late; the JDK itself remembers what it was started with.
    System.setProperty("java.io.tmpdir", temporaryFolder.toString());
    PosixProcess.forbidCores();
    PosixProcess.makeFilesForOwnerOnly();
  }

  /** Warns of what only the operator of the host can mend. */
  static void warn() {
    warnOf(coreFilesAllowed(), "the system would write core files of this process: ulimit -c 0");
    warnOf(unencryptedSwap(), "swap is on and may not be encrypted: memory can reach the disk");
  }

  private static HotSpotDiagnosticMXBean jvm() {
    return ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
  }

  private static boolean isOn(String option) {
    return Boolean.parseBoolean(jvm().getVMOption(option).getValue());
  }

  private static void warnOf(boolean danger, String text) {
    if (danger) {
      LOG.atWarn().log(text);
    }
  }

  private static boolean coreFilesAllowed() {
    return linesOf(LIMITS).stream()
        .filter(line -> line.startsWith("Max core file size"))
        .anyMatch(line -> !line.matches("Max core file size\\s+[01]\\s.*"));
  }

  /** Swap on compressed RAM or on a device-mapper device (where encryption lives) is let be. */
  private static boolean unencryptedSwap() {
    return linesOf(SWAPS).stream()
        .skip(1)
        .anyMatch(line -> !line.startsWith("/dev/dm-") && !line.startsWith("/dev/zram"));
  }

  private static List<String> linesOf(Path file) {
    try {
      return Files.isReadable(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      LOG.atDebug().addKeyValue("file", file).setCause(e).log("a file of the system is unreadable");
      return List.of();
    }
  }
}
