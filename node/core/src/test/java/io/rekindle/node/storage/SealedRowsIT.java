package io.rekindle.node.storage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch.Field;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.row.CacheName;
import io.rekindle.node.storage.row.Caches;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import javax.cache.Cache;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.internal.binary.BinaryObjectImpl;
import org.junit.jupiter.api.Test;

/**
 * Below the encryption of pages, which hides it from a search of the disk: what customers write is
 * sealed before Ignite sees it.
 */
class SealedRowsIT {
  private static final StorageNode NODE = SharedNode.node();

  private final String random = UUID.randomUUID().toString();
  private final Map<String, byte[]> secrets = new LinkedHashMap<>();

  @Test
  void noRowOfAnyCacheHoldsContentMetadataSubjectVectorOrStateUnsealed() {
    Namespace external = SharedNode.freshNamespace(StorageNode.externalSettings());
    Namespace dedupe = SharedNode.freshNamespace(StorageNode.dedupeSettings());
    Writes writes = new Writes(NODE.storage());
    MemoryId id =
        writes.store(
            external,
            draft("stored").externalKey("in-clear-" + random).vector(vector()),
            new MemoryId(UUID.randomUUID()));
    MemoryId embedded = writes.store(dedupe, draft("embedded"), new MemoryId(UUID.randomUUID()));
    PendingText text = writes.pending(dedupe, embedded);
    assertThat(text).isNotNull();
    assertThat(writes.complete(dedupe, embedded, 1)).isTrue();
    secrets.put("the model's vector", bytes(Drafts.vectorOf(1)));
    NODE.storage()
        .memories()
        .update(
            StorageNode.PASS,
            external,
            id,
            null,
            draft("changed")
                .vector(vector())
                .patch(Field.CONTENT, Field.METADATA, Field.SUBJECT_ID, Field.VECTOR),
            null,
            "lineage");
    NODE.storage()
        .agentStates()
        .set(
            StorageNode.PASS,
            external,
            "agent",
            "key",
            "{\"n\":\"" + secret("state's value") + "\"}",
            null,
            secret("state's subject"),
            null,
            "lineage");

    assertThat(found()).isEmpty();

    secrets.put("a column", ("in-clear-" + random).getBytes(UTF_8));
    assertThat(found()).as("a search that finds").containsExactly("MEMORY: a column");
  }

  /** Short, so that no compression hides it. */
  private Drafts draft(String name) {
    return Drafts.of(secret(name + " content"))
        .metadata("{\"kind\":\"" + secret(name + " metadata") + "\"}")
        .subject(secret(name + " subject"));
  }

  private String secret(String name) {
    String text = name + " " + random;
    secrets.put(name, text.getBytes(UTF_8));
    return text;
  }

  private float[] vector() {
    float[] vector = Drafts.vectorOf(random.hashCode());
    secrets.put("the caller's vector", bytes(vector));
    return vector;
  }

  /** Its beginning; Ignite's binary form and ours are both little-endian. */
  private static byte[] bytes(float[] vector) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return bytes.putFloat(vector[0]).putFloat(vector[1]).array();
  }

  /** The caches and the secrets that lie in their keys or values. */
  private Set<String> found() {
    Set<String> found = new TreeSet<>();
    for (CacheName name : CacheName.values()) {
      IgniteCache<Object, Object> cache =
          Caches.<Object, Object>cache(NODE.ignite(), name).withKeepBinary();
      for (Cache.Entry<Object, Object> entry : cache) {
        String row = raw(entry.getKey()) + raw(entry.getValue());
        secrets.forEach(
            (secret, pattern) -> {
              if (row.contains(new String(pattern, ISO_8859_1))) {
                found.add(name + ": " + secret);
              }
            });
      }
    }
    return found;
  }

  /** A character for each byte. */
  private static String raw(Object object) {
    byte[] bytes =
        object instanceof BinaryObjectImpl binary
            ? binary.array()
            : object.toString().getBytes(UTF_8);
    return new String(bytes, ISO_8859_1);
  }
}
