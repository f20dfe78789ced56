package io.rekindle.node.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.audit.AuditRecord.Kind;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.RequestId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ItemCodecTest {
  private static final String FORMAT_1 =
      "0101030000000069a40e200000000100000000000000010000000000000002001061626364656667"
          + "68696a6b6c6d6e6f7000076167656e742d37000f6e616d6573706163652e777269746501000c6163"
          + "6d652f737570706f72740000000000000000000007616c6c6f77656400046772706300033a3a3100"
          + "000000000000fa";

  @Property(tries = 500)
  void aRecordComesBackAsItWas(@ForAll("records") AuditRecord record) {
    assertThat(ItemCodec.decode(ItemCodec.encode(record))).isEqualTo(record);
  }

  @Property(tries = 300)
  void noCutRecordIsRead(
      @ForAll("records") AuditRecord record, @ForAll @IntRange(max = 999) int at) {
    byte[] bytes = ItemCodec.encode(record);
    byte[] cut = Arrays.copyOf(bytes, (int) ((long) bytes.length * at / 1_000));
    assertCorrupted(() -> ItemCodec.decode(cut));
  }

  @Property(tries = 500)
  void garbageIsRefusedOrReadButNeverBreaksTheReader(@ForAll byte[] garbage) {
    try {
      ItemCodec.decode(garbage);
    } catch (RekindleException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.DATA_CORRUPTED);
    }
  }

  @Test
  void heartbeatsAndSideListsComeBack() {
    ChainItem heartbeat =
        new ChainItem.Heartbeat(
            Instant.parse("2026-03-01T10:00:00.000000001Z"),
            42,
            ChainPoint.genesis(new UUID(1, 2)).hash());
    ChainItem ids =
        new ChainItem.MemoryIds(
            IntStream.range(0, 4_096).mapToObj(i -> new MemoryId(new UUID(i, ~i))).toList());
    assertThat(ItemCodec.decode(ItemCodec.encode(heartbeat))).isEqualTo(heartbeat);
    assertThat(ItemCodec.decode(ItemCodec.encode(ids))).isEqualTo(ids);
  }

  /** As releases wrote it that knew no other format. */
  @Test
  void theFirstFormatIsReadForEver() {
    AuditRecord record =
        new AuditRecord(
            Instant.parse("2026-03-01T10:00:00.000000001Z"),
            Kind.OUTCOME,
            new RequestId(new UUID(1, 2)),
            new ApiKeyId("abcdefghijklmnop"),
            "agent-7",
            "namespace.write",
            List.of(NamespacePath.parse("acme/support")),
            List.of(),
            0,
            null,
            "allowed",
            "grpc",
            "::1",
            250);
    byte[] bytes = HexFormat.of().parseHex(FORMAT_1);
    assertThat(ItemCodec.decode(bytes)).isEqualTo(record);
    assertThat(ItemCodec.encode(record)).isEqualTo(bytes);
  }

  @Test
  void bytesOfALaterFormatAreRefused() {
    byte[] bytes = ItemCodec.encode(new AuditFixture().read("a"));
    bytes[0] = 3;
    assertCorrupted(() -> ItemCodec.decode(bytes));
    byte[] heartbeat =
        ItemCodec.encode(
            new ChainItem.Heartbeat(Instant.EPOCH, 1, ChainPoint.genesis(new UUID(1, 2)).hash()));
    heartbeat[0] = 2;
    assertCorrupted(() -> ItemCodec.decode(heartbeat));
  }

  @Test
  void textsOfClientsAreCutAtTheirLimitAndBetweenCharacters() {
    AuditRecord plain = new AuditFixture().read("a");
    AuditRecord record =
        new AuditRecord(
            plain.time(),
            Kind.DENIAL,
            plain.requestId(),
            null,
            "é".repeat(300) + "\uD800",
            "memory.get",
            List.of(),
            List.of(),
            0,
            null,
            "NOT_READY",
            "grpc",
            "p".repeat(999),
            1);
    assertThat(record.claimedAgentId()).isEqualTo("é".repeat(128));
    assertThat(record.peer().getBytes(StandardCharsets.UTF_8)).hasSize(128);
  }

  @Test
  void aRecordShowsSixtyFourMemoriesAtMost() {
    AuditRecord plain = new AuditFixture().read("a");
    List<MemoryId> ids =
        IntStream.range(0, 65).mapToObj(i -> new MemoryId(new UUID(0, i))).toList();
    AuditRecord many = plain.withMemories(ids);
    assertThat(many.memoryIds()).isEqualTo(ids.subList(0, 64));
    assertThat(many.memoryCount()).isEqualTo(65);
    assertThat(many.merkleRoot()).isEqualTo(MerkleTree.rootOf(ids));
    assertThat(plain.withMemories(ids.subList(0, 64)).merkleRoot()).isNull();
  }

  private static void assertCorrupted(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            RekindleException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_CORRUPTED));
  }

  @Provide
  Arbitrary<AuditRecord> records() {
    Arbitrary<MemoryId> ids =
        Arbitraries.longs().map(i -> new MemoryId(new UUID(i, Long.rotateLeft(i, 7))));
    Arbitrary<NamespacePath> namespaces =
        Arbitraries.strings()
            .withCharRange('a', 'z')
            .ofMinLength(1)
            .ofMaxLength(20)
            .list()
            .ofMinSize(1)
            .ofMaxSize(8)
            .map(NamespacePath::new);
    Arbitrary<ApiKeyId> principals =
        Arbitraries.strings().withCharRange('a', 'z').ofLength(16).map(ApiKeyId::new);
    Arbitrary<Instant> times =
        Combinators.combine(
                Arbitraries.longs().between(-1_000_000_000_000L, 1_000_000_000_000L),
                Arbitraries.integers().between(0, 999_999_999))
            .as(Instant::ofEpochSecond);
    return Combinators.combine(
            times,
            Arbitraries.of(Kind.values()),
            principals.injectNull(0.3),
            Arbitraries.strings().ofMaxLength(100).injectNull(0.3),
            namespaces.list().ofMaxSize(64),
            ids.list().ofMaxSize(64),
            Arbitraries.longs().between(64, Long.MAX_VALUE),
            Combinators.combine(
                    Arbitraries.longs(),
                    Arbitraries.strings().alpha().ofMaxLength(63).injectNull(0.7))
                .as(Rest::new))
        .as(
            (time, kind, principal, claimed, paths, memories, count, rest) ->
                new AuditRecord(
                    time,
                    kind,
                    new RequestId(new UUID(rest.latency(), count)),
                    principal,
                    claimed,
                    "memory.search",
                    paths,
                    memories,
                    count,
                    rest.latency() % 2 == 0 ? ChainPoint.genesis(new UUID(count, 1)).hash() : null,
                    "allowed",
                    "grpc",
                    "::1",
                    rest.latency(),
                    rest.customerKey()));
  }

  private record Rest(long latency, @Nullable String customerKey) {}
}
