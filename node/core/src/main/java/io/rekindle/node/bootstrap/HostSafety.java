package io.rekindle.node.bootstrap;

import com.sun.management.HotSpotDiagnosticMXBean;
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
   * Checks and sets what can be set from inside.
   *
   * @throws StartRefusedException when the JVM was started in a way that could write its memory out
   */
  static void ensure(Path temporaryFolder) {
    HotSpotDiagnosticMXBean jvm =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    jvm.setVMOption("HeapDumpOnOutOfMemoryError", "false");
    if (Boolean.parseBoolean(jvm.getVMOption("CreateCoredumpOnCrash").getValue())) {
      throw new StartRefusedException(
          "The JVM would write its memory to a core file: start it with"
              + " -XX:-CreateCoredumpOnCrash.");
    }
    System.setProperty("java.io.tmpdir", temporaryFolder.toString());
    warnOf(coreFilesAllowed(), "the system would write core files of this process: ulimit -c 0");
    warnOf(unencryptedSwap(), "swap is on and may not be encrypted: memory can reach the disk");
  }

  private static void warnOf(boolean danger, String text) {
    if (danger) {
      LOG.atWarn().log(text);
    }
  }

  private static boolean coreFilesAllowed() {
    return linesOf(LIMITS).stream()
        .filter(line -> line.startsWith("Max core file size"))
        .anyMatch(line -> !line.matches("Max core file size\\s+0\\s.*"));
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
