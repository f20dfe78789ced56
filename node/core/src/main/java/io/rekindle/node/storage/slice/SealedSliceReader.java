package io.rekindle.node.storage.slice;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.MetadataValues;
import io.rekindle.node.index.IndexRow;
import io.rekindle.node.keyring.EnvelopeContext;
import io.rekindle.node.keyring.Keyring;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPayload;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.PayloadCodec;
import io.rekindle.node.storage.row.SliceKey;
import io.rekindle.node.storage.row.VectorCodec;
import io.rekindle.node.storage.row.VectorKey;
import io.rekindle.node.storage.row.VectorRow;
import java.util.List;
import java.util.Map;
import org.apache.ignite.binary.BinaryObject;

/** Opens what the keyring sealed. */
final class SealedSliceReader implements SliceReader {
  private final Keyring keyring;

  SealedSliceReader(Keyring keyring) {
    this.keyring = keyring;
  }

  @Override
  public void prepare(NamespaceId namespace) {
    keyring.unwrap(namespace);
  }

  @Override
  public boolean opensAtOnce(NamespaceId namespace) {
    return keyring.isUnwrapped(namespace);
  }

  @Override
  public SliceKey key(Object key) {
    return (SliceKey) value(key);
  }

  @Override
  public Object value(Object value) {
    return value instanceof BinaryObject binary ? binary.deserialize() : value;
  }

  @Override
  public IndexRow row(Namespace namespace, MemoryKey key, MemoryRow row) {
    MemoryId id = key.memoryId();
    return new IndexRow(row.columns(id), declared(namespace, id, row));
  }

  private Map<String, Filter.Literal> declared(Namespace namespace, MemoryId id, MemoryRow row) {
    List<String> paths = namespace.settings().declaredPaths();
    if (paths.isEmpty()) {
      return Map.of();
    }
    String metadata = open(namespace, id, row).metadata();
    if (metadata == null) {
      return Map.of();
    }
    Map<String, Filter.Literal> values = MetadataValues.read(metadata);
    values.keySet().retainAll(paths);
    return values;
  }

  @Override
  public String content(Namespace namespace, MemoryKey key, MemoryRow row) {
    return open(namespace, key.memoryId(), row).content();
  }

  private MemoryPayload open(Namespace namespace, MemoryId id, MemoryRow row) {
    return PayloadCodec.decode(
        keyring.open(namespace.id(), EnvelopeContext.payload(id.value()), row.payload()));
  }

  @Override
  public float[] vector(VectorKey key, VectorRow row) {
    EnvelopeContext place = EnvelopeContext.vector(key.memoryId().value(), key.chunk());
    return VectorCodec.decode(keyring.open(key.slice().namespace(), place, row.sealed()));
  }
}
