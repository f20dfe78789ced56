package io.rekindle.node.audit;

import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.Limits;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.RequestId;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One thing that happened. Texts over their limit are cut, not refused: a record must never be lost
 * because a client claimed a long name.
 *
 * @param principal the API key that proved itself; null before authentication and for the node
 * @param claimedAgentId a name that the client sent, proven by nothing; <= 256 bytes
 * @param action such as {@code memory.store}; <= 64 bytes
 * @param namespaces <= 64
 * @param memoryIds the first 64 that were returned or changed
 * @param memoryCount of all ids; for {@link Kind#REFUSALS} the requests summed up
 * @param merkleRoot over all ids when there are more than 64, see {@link MerkleTree}
 * @param decision {@link #ALLOWED}, or the {@code ErrorCode} that was answered; for {@link
 *     Kind#REFUSALS} the reason; <= 64 bytes
 * @param transport such as {@code grpc}; <= 32 bytes
 * @param peer the socket's address; <= 128 bytes
 * @param customerKey the customer's key that it is about: the name that the request gave, and of
 *     what was done the name that it has in the configuration; <= 64 bytes
 */
public record AuditRecord(
    Instant time,
    Kind kind,
    RequestId requestId,
    @Nullable ApiKeyId principal,
    @Nullable String claimedAgentId,
    String action,
    List<NamespacePath> namespaces,
    List<MemoryId> memoryIds,
    long memoryCount,
    @Nullable Hash merkleRoot,
    String decision,
    String transport,
    String peer,
    long latencyMicros,
    @Nullable String customerKey)
    implements ChainItem {
  public static final int MEMORY_IDS_MAX = 64;
  public static final String ALLOWED = "allowed";

  static final int TEXT_BYTES_MAX = 256;

  /** What a record says. */
  public enum Kind {
    /** A mutation is about to begin. */
    INTENT(0),
    /** What became of an intent with the same request id. */
    OUTCOME(1),
    READ(2),
    DENIAL(3),
    /**
     * Requests of one address refused for one reason within one second, before anyone was known.
     */
    REFUSALS(4),
    /** The node itself: start, stop, background work, damage found. */
    SYSTEM(5);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    /** The number in the format; never changed, never used again. */
    int code() {
      return code;
    }

    /** As auditors read it: {@code intent}. */
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  public AuditRecord {
    namespaces = List.copyOf(namespaces);
    memoryIds = List.copyOf(memoryIds);
    Limits.requireAtMost(
        "namespaces", namespaces.size(), Limits.NAMESPACES_PER_REQUEST_MAX, "namespaces");
    Limits.requireAtMost("memory_ids", memoryIds.size(), MEMORY_IDS_MAX, "memory ids");
    if (memoryCount < memoryIds.size()) {
      throw new IllegalArgumentException("memoryCount counts at least the ids shown");
    }
    claimedAgentId = claimedAgentId == null ? null : cut(claimedAgentId, TEXT_BYTES_MAX);
    action = cut(action, 64);
    decision = cut(decision, 64);
    transport = cut(transport, 32);
    peer = cut(peer, 128);
    customerKey = customerKey == null ? null : cut(customerKey, 64);
  }

  /** About no customer's key. */
  public AuditRecord(
      Instant time,
      Kind kind,
      RequestId requestId,
      @Nullable ApiKeyId principal,
      @Nullable String claimedAgentId,
      String action,
      List<NamespacePath> namespaces,
      List<MemoryId> memoryIds,
      long memoryCount,
      @Nullable Hash merkleRoot,
      String decision,
      String transport,
      String peer,
      long latencyMicros) {
    this(
        time,
        kind,
        requestId,
        principal,
        claimedAgentId,
        action,
        namespaces,
        memoryIds,
        memoryCount,
        merkleRoot,
        decision,
        transport,
        peer,
        latencyMicros,
        null);
  }

  /**
   * This record about these memories: shows the first 64, counts all, and above 64 carries the
   * Merkle root of all. Give the same list to {@link AuditLog#append(AuditRecord, List)}.
   */
  public AuditRecord withMemories(List<MemoryId> all) {
    boolean fits = all.size() <= MEMORY_IDS_MAX;
    return new AuditRecord(
        time,
        kind,
        requestId,
        principal,
        claimedAgentId,
        action,
        namespaces,
        fits ? all : all.subList(0, MEMORY_IDS_MAX),
        all.size(),
        fits ? null : MerkleTree.rootOf(all),
        decision,
        transport,
        peer,
        latencyMicros,
        customerKey);
  }

  /** Whether the request was refused. */
  public boolean denied() {
    return !decision.equals(ALLOWED);
  }

  /** The longest valid UTF-8 text of at most {@code bytesMax} that {@code text} begins with. */
  private static String cut(String text, int bytesMax) {
    CharsetEncoder encoder =
        StandardCharsets.UTF_8
            .newEncoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    ByteBuffer bytes = ByteBuffer.allocate(bytesMax);
    encoder.encode(CharBuffer.wrap(text), bytes, true);
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
  }
}
