package io.rekindle.node.audit;

import io.rekindle.node.audit.AuditRecord.Kind;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.Limits;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.RequestId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chain items as bytes: a format byte, a tag, then the fields in order, texts and lists after their
 * length. Later formats get a new format byte; these are read for ever.
 */
final class ItemCodec {
  private static final int FORMAT = 1;

  /** Of records about a customer's key, and no others: its name follows what format 1 has. */
  private static final int ABOUT_CUSTOMER_KEY = 2;

  private static final int HEARTBEAT = 0x40;
  private static final int MEMORY_IDS = 0x41;
  private static final int HAS_PRINCIPAL = 1;
  private static final int HAS_CLAIMED_AGENT = 2;
  private static final int HAS_MERKLE_ROOT = 4;

  private ItemCodec() {}

  static byte[] encode(ChainItem item) {
    return switch (item) {
      case AuditRecord record -> encodeRecord(record);
      case ChainItem.Heartbeat(Instant time, long count, Hash hash) ->
          new BinaryWriter(64)
              .putByte(FORMAT)
              .putByte(HEARTBEAT)
              .putInstant(time)
              .putLong(count)
              .putBytes(hash.toBytes())
              .toBytes();
      case ChainItem.MemoryIds(List<MemoryId> ids) -> {
        BinaryWriter out = new BinaryWriter(8 + 16 * ids.size());
        out.putByte(FORMAT).putByte(MEMORY_IDS).putShort(ids.size());
        ids.forEach(id -> out.putUuid(id.value()));
        yield out.toBytes();
      }
    };
  }

  private static byte[] encodeRecord(AuditRecord record) {
    ApiKeyId principal = record.principal();
    String claimed = record.claimedAgentId();
    Hash root = record.merkleRoot();
    String customerKey = record.customerKey();
    BinaryWriter out = new BinaryWriter(192 + 16 * record.memoryIds().size());
    out.putByte(customerKey == null ? FORMAT : ABOUT_CUSTOMER_KEY)
        .putByte(record.kind().code())
        .putByte(
            (principal == null ? 0 : HAS_PRINCIPAL)
                | (claimed == null ? 0 : HAS_CLAIMED_AGENT)
                | (root == null ? 0 : HAS_MERKLE_ROOT))
        .putInstant(record.time())
        .putUuid(record.requestId().value());
    if (principal != null) {
      out.putText(principal.value());
    }
    if (claimed != null) {
      out.putText(claimed);
    }
    out.putText(record.action()).putByte(record.namespaces().size());
    record.namespaces().forEach(namespace -> out.putText(namespace.toString()));
    out.putByte(record.memoryIds().size());
    record.memoryIds().forEach(id -> out.putUuid(id.value()));
    out.putLong(record.memoryCount());
    if (root != null) {
      out.putBytes(root.toBytes());
    }
    out.putText(record.decision())
        .putText(record.transport())
        .putText(record.peer())
        .putLong(record.latencyMicros());
    if (customerKey != null) {
      out.putText(customerKey);
    }
    return out.toBytes();
  }

  /**
   * Reads one item.
   *
   * @throws RekindleException DATA_CORRUPTED when the bytes are not exactly one item
   */
  static ChainItem decode(byte[] bytes) {
    BinaryReader in = new BinaryReader(bytes);
    int format = in.getByte();
    int tag = in.getByte();
    boolean isKnown = format == FORMAT || (format == ABOUT_CUSTOMER_KEY && tag < HEARTBEAT);
    if (!isKnown) {
      throw BinaryReader.damaged("an unknown format");
    }
    try {
      ChainItem item =
          switch (tag) {
            case HEARTBEAT -> new ChainItem.Heartbeat(in.getInstant(), in.getLong(), in.getHash());
            case MEMORY_IDS ->
                new ChainItem.MemoryIds(ids(in, in.getShort(), ChainItem.IDS_PER_ITEM_MAX));
            default -> decodeRecord(in, tag, format == ABOUT_CUSTOMER_KEY);
          };
      in.requireEnd();
      return item;
    } catch (IllegalArgumentException e) {
      throw BinaryReader.damaged("an item that breaks its limits");
    } catch (RekindleException e) {
      throw e.code() == ErrorCode.DATA_CORRUPTED
          ? e
          : BinaryReader.damaged("a field that breaks its limits");
    }
  }

  private static AuditRecord decodeRecord(BinaryReader in, int kind, boolean isAboutCustomerKey) {
    int flags = in.getByte();
    Instant time = in.getInstant();
    RequestId requestId = new RequestId(in.getUuid());
    @Nullable ApiKeyId principal = (flags & HAS_PRINCIPAL) == 0 ? null : new ApiKeyId(in.getText());
    @Nullable String claimed = (flags & HAS_CLAIMED_AGENT) == 0 ? null : in.getText();
    String action = in.getText();
    int count = in.getByte();
    if (count > Limits.NAMESPACES_PER_REQUEST_MAX) {
      throw BinaryReader.damaged("too many namespaces");
    }
    List<NamespacePath> namespaces = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      namespaces.add(NamespacePath.parse(in.getText()));
    }
    List<MemoryId> memoryIds = ids(in, in.getByte(), AuditRecord.MEMORY_IDS_MAX);
    long memoryCount = in.getLong();
    @Nullable Hash root = (flags & HAS_MERKLE_ROOT) == 0 ? null : in.getHash();
    return new AuditRecord(
        time,
        kind(kind),
        requestId,
        principal,
        claimed,
        action,
        namespaces,
        memoryIds,
        memoryCount,
        root,
        in.getText(),
        in.getText(),
        in.getText(),
        in.getLong(),
        isAboutCustomerKey ? in.getText() : null);
  }

  private static Kind kind(int code) {
    for (Kind kind : Kind.values()) {
      if (kind.code() == code) {
        return kind;
      }
    }
    throw BinaryReader.damaged("an unknown kind");
  }

  private static List<MemoryId> ids(BinaryReader in, int count, int max) {
    if (count > max) {
      throw BinaryReader.damaged("too many memory ids");
    }
    List<MemoryId> ids = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ids.add(new MemoryId(in.getUuid()));
    }
    return ids;
  }
}
