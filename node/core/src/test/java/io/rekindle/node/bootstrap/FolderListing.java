package io.rekindle.node.bootstrap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a folder looks like from outside: two that are equal tell that nothing was touched. */
final class FolderListing {
  private FolderListing() {}

  /** By path: size, mode and time of the last change, of files and folders. */
  static Map<String, String> of(Path folder) throws IOException {
    Map<String, String> listing = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        Map<String, Object> seen =
            Files.readAttributes(
                file, "posix:size,permissions,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
        listing.put(folder.relativize(file).toString(), new TreeMap<>(seen).toString());
      }
    }
    return listing;
  }
}
