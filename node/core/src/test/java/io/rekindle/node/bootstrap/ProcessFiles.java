package io.rekindle.node.bootstrap;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What a process has open, by the kernel, and small questions about files. */
final class ProcessFiles {
  /** Of the flags of an open file: not read-only. */
  private static final int WRITABLE = 3;

  private ProcessFiles() {}

  /** Files open or mapped for writing that do not lie below {@code folder}; devices are none. */
  static Set<String> writableOutside(long pid, Path folder) throws IOException {
    Path process = Path.of("/proc", Long.toString(pid));
    Set<String> files = new TreeSet<>();
    try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
      for (Path descriptor : descriptors.toList()) {
        try {
          Path info = process.resolve("fdinfo").resolve(descriptor.getFileName());
          if (isWritable(Files.readString(info))) {
            files.add(Files.readSymbolicLink(descriptor).toString());
          }
        } catch (NoSuchFileException _) {
          // It was closed meanwhile.
        }
      }
    }
    for (String line : Files.readAllLines(process.resolve("maps"))) {
      List<String> fields = Splitter.on(' ').omitEmptyStrings().limit(6).splitToList(line);
      if (fields.size() == 6 && fields.get(1).startsWith("rw") && fields.get(1).endsWith("s")) {
        files.add(fields.get(5));
      }
    }
    files.removeIf(
        file -> !file.startsWith("/") || file.startsWith("/dev/") || isBelow(file, folder));
    return files;
  }

  private static boolean isWritable(String info) {
    return info.lines()
        .filter(line -> line.startsWith("flags:"))
        .anyMatch(
            line -> (Long.parseLong(line.substring("flags:".length()).strip(), 8) & WRITABLE) != 0);
  }

  private static boolean isBelow(String file, Path folder) {
    return Path.of(file).startsWith(folder);
  }

  static List<String> namesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  static String modeOf(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  /** When the last checkpoint that is complete began, in milliseconds of the wall clock. */
  static long lastCheckpoint(Path dataFolder) throws IOException {
    try (Stream<Path> files = Files.walk(dataFolder.resolve("ignite").resolve("db"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith("-END.bin"))
          .mapToLong(name -> Long.parseLong(name.substring(0, name.indexOf('-'))))
          .max()
          .orElse(0);
    }
  }
}
