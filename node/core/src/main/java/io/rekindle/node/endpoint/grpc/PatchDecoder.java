package io.rekindle.node.endpoint.grpc;

import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Limits;
import io.rekindle.node.model.MemoryDraft;
import io.rekindle.node.model.MemoryPatch;
import io.rekindle.node.model.MemoryPatch.Field;
import io.rekindle.v1.Memory;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** An update mask and its memory to a patch; what the mask does not name is not read. */
final class PatchDecoder {
  private PatchDecoder() {}

  static MemoryPatch patch(Memory memory, List<String> paths) {
    Set<Field> mask = mask(paths);
    return new MemoryPatch(
        mask,
        mask.contains(Field.CONTENT) ? memory.getContent() : null,
        mask.contains(Field.METADATA) ? Fields.optional(memory.getMetadata()) : null,
        mask.contains(Field.SOURCE) ? memory.getSource() : null,
        mask.contains(Field.SUBJECT_ID) ? memory.getSubjectId() : null,
        mask.contains(Field.SESSION_ID) ? memory.getSessionId() : null,
        mask.contains(Field.MEMORY_TYPE) ? memory.getMemoryType() : null,
        mask.contains(Field.PATH) ? memory.getPathList() : List.of(),
        mask.contains(Field.TAGS) ? memory.getTagsList() : List.of(),
        mask.contains(Field.SENSITIVITY)
            ? MemoryDecoder.sensitivity(memory.getSensitivity())
            : null,
        mask.contains(Field.IMPORTANCE) ? importance(memory) : null,
        mask.contains(Field.EXPIRES_AT) && memory.hasExpiresAt()
            ? Fields.instant("expires_at", memory.getExpiresAt())
            : null,
        mask.contains(Field.VECTOR) ? Fields.vector(memory.getVectorList()) : null);
  }

  private static float importance(Memory memory) {
    return memory.hasImportance() ? memory.getImportance() : MemoryDraft.DEFAULT_IMPORTANCE;
  }

  private static Set<Field> mask(List<String> paths) {
    Limits.requireAtMost("update_mask", paths.size(), Field.values().length, "paths");
    Set<Field> mask = EnumSet.noneOf(Field.class);
    for (String path : paths) {
      mask.add(field(path));
    }
    return mask;
  }

  private static Field field(String path) {
    for (Field field : Field.values()) {
      if (field.name().toLowerCase(Locale.ROOT).equals(path)) {
        return field;
      }
    }
    throw RekindleException.invalid("update_mask", "the mask names a field that cannot be changed");
  }
}
