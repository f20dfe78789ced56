package io.rekindle.node.storage;

import io.rekindle.node.model.ChunkSpan;
import io.rekindle.node.model.EmbeddedChunk;
import io.rekindle.node.model.MemoryDraft;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch;
import io.rekindle.node.model.Sensitivity;
import io.rekindle.node.model.VectorInput;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Memories to store, and changes to make; built step by step. */
public record Drafts(
    @Nullable MemoryId memoryId,
    @Nullable String externalKey,
    @Nullable String subjectId,
    List<String> tags,
    Sensitivity sensitivity,
    @Nullable Instant expiresAt,
    String content,
    @Nullable String metadata,
    @Nullable VectorInput vector) {

  public static Drafts of(String content) {
    return new Drafts(null, null, null, List.of(), Sensitivity.PUBLIC, null, content, null, null);
  }

  public Drafts id(MemoryId id) {
    return new Drafts(
        id, externalKey, subjectId, tags, sensitivity, expiresAt, content, metadata, vector);
  }

  public Drafts externalKey(String key) {
    return new Drafts(
        memoryId, key, subjectId, tags, sensitivity, expiresAt, content, metadata, vector);
  }

  public Drafts subject(String subject) {
    return new Drafts(
        memoryId, externalKey, subject, tags, sensitivity, expiresAt, content, metadata, vector);
  }

  public Drafts sensitivity(Sensitivity level) {
    return new Drafts(
        memoryId, externalKey, subjectId, tags, level, expiresAt, content, metadata, vector);
  }

  public Drafts expiresAt(Instant time) {
    return new Drafts(
        memoryId, externalKey, subjectId, tags, sensitivity, time, content, metadata, vector);
  }

  public Drafts metadata(String json) {
    return new Drafts(
        memoryId, externalKey, subjectId, tags, sensitivity, expiresAt, content, json, vector);
  }

  public Drafts vector(float... values) {
    return new Drafts(
        memoryId,
        externalKey,
        subjectId,
        tags,
        sensitivity,
        expiresAt,
        content,
        metadata,
        new VectorInput(values));
  }

  public MemoryDraft draft() {
    return new MemoryDraft(
        memoryId,
        externalKey,
        List.of(),
        null,
        null,
        subjectId,
        "fact",
        tags,
        sensitivity,
        0.5f,
        expiresAt,
        content,
        metadata,
        null,
        vector);
  }

  /** A change of some fields to this draft's values. */
  public MemoryPatch patch(MemoryPatch.Field... fields) {
    return new MemoryPatch(
        Set.of(fields),
        content,
        metadata,
        null,
        subjectId,
        null,
        null,
        List.of(),
        tags,
        sensitivity,
        null,
        expiresAt,
        vector);
  }

  /** A unit-ish vector that differs for each number. */
  public static float[] vectorOf(long seed) {
    Random random = new Random(seed);
    float[] vector = new float[StorageNode.DIMENSIONS];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  /** Vectors of chunks that lie one behind the other, ten characters each. */
  public static List<EmbeddedChunk> chunks(float[]... vectors) {
    List<EmbeddedChunk> chunks = new ArrayList<>();
    for (int i = 0; i < vectors.length; i++) {
      chunks.add(new EmbeddedChunk(new ChunkSpan(i, 10 * i, 10 * i + 10), vectors[i]));
    }
    return chunks;
  }
}
