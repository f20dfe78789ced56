package io.rekindle.cli.quickstart;

import io.rekindle.v1.Memory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Splits a Markdown page into memories: one for each paragraph, list or table, below its heading.
 */
final class DocumentSplitter {
  private static final int CONTENT_MAX = 2_000;
  private static final int CONTENT_MIN = 40;

  private DocumentSplitter() {}

  static List<Memory> split(String name, String markdown) {
    List<Memory> memories = new ArrayList<>();
    StringBuilder block = new StringBuilder();
    String heading = name;
    boolean inCode = false;
    for (String line : (markdown + "\n\n").split("\n", -1)) {
      if (line.startsWith("```")) {
        inCode = !inCode;
      }
      boolean startsHeading = !inCode && line.startsWith("#");
      boolean ends = startsHeading || (!inCode && line.isBlank());
      if (ends || block.length() + line.length() > CONTENT_MAX) {
        add(memories, name, heading, block);
      }
      if (startsHeading) {
        heading = line.replaceFirst("^#+\\s*", "");
      } else if (!line.isBlank()) {
        block.append(line).append('\n');
      }
    }
    return memories;
  }

  private static void add(List<Memory> memories, String name, String heading, StringBuilder block) {
    String text = block.toString().strip();
    block.setLength(0);
    if (text.length() < CONTENT_MIN) {
      return;
    }
    String all = heading + ": " + text;
    String content = all.length() > 2 * CONTENT_MAX ? all.substring(0, 2 * CONTENT_MAX) : all;
    memories.add(
        Memory.newBuilder()
            .setContent(content)
            .setExternalKey(name + "#" + key(content))
            .setMemoryType("documentation")
            .setSource(name)
            .addTags("docs")
            .build());
  }

  /** The same paragraph is the same memory, however long ago it was imported. */
  private static String key(String content) {
    return UUID.nameUUIDFromBytes(content.getBytes(StandardCharsets.UTF_8)).toString();
  }
}
