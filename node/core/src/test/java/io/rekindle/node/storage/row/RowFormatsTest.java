package io.rekindle.node.storage.row;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.authn.ScramVerifier;
import io.rekindle.node.authn.StoredApiKey;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.KeyScope;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.model.Sensitivity;
import io.rekindle.node.model.WordLanguage;
import java.lang.reflect.Field;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows that a later release has written are refused, not misread. */
class RowFormatsTest {
  private static final MemoryId ID = new MemoryId(UUID.randomUUID());
  private static final NamespacePath PATH = NamespacePath.parse("a");

  private record Written(Object row, Runnable reader) {
    @Override
    public String toString() {
      return row.getClass().getSimpleName();
    }
  }

  static Stream<Written> rows() {
    MemoryRow memory = new MemoryRow(columns(), RowPartners.NONE, new byte[1]);
    MemoryRow embedded = memory.with(EmbeddingStatus.EMBEDDED, 1);
    VectorRow vector = new VectorRow(1, null, new byte[1]);
    VectorRow located = new VectorRow(1, null, new byte[1]);
    NamespaceRow namespace = new NamespaceRow(namespace());
    GrantRow grant = new GrantRow(List.of());
    ApiKeyRow key = new ApiKeyRow(key());
    StateRow state = new StateRow(1, 1, 1, null, List.of(), new byte[1]);
    UniqueRow unique = new UniqueRow(ID);
    IdempotencyRow idempotency = new IdempotencyRow(new byte[1], ID.value(), 1);
    DataKeyRow dataKey = new DataKeyRow(PATH, 1, new byte[1]);
    AccessRow access = new AccessRow(1, 1);
    ModelPinRow pin = new ModelPinRow("fingerprint");
    EpochRow epoch = new EpochRow(1);
    TimeRow time = new TimeRow(Instant.EPOCH);
    ClosingRow closing = new ClosingRow(ID.value(), ID.value());
    return Stream.of(
        new Written(closing, closing::delete),
        new Written(time, time::time),
        new Written(memory, () -> memory.columns(ID)),
        new Written(embedded, () -> embedded.columns(ID)),
        new Written(vector, vector::sealed),
        new Written(located, () -> located.span(0)),
        new Written(namespace, () -> namespace.namespace(PATH)),
        new Written(grant, grant::grants),
        new Written(key, () -> key.key(new ApiKeyId("aaaaaaaaaaaaaaaa"))),
        new Written(state, state::value),
        new Written(unique, unique::memoryId),
        new Written(idempotency, idempotency::requestDigest),
        new Written(dataKey, dataKey::wrapped),
        new Written(access, access::stats),
        new Written(pin, pin::fingerprint),
        new Written(epoch, epoch::epoch));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void aRowOfALaterFormatIsRefused(Written written) throws Exception {
    assertThatCode(written.reader()::run).doesNotThrowAnyException();
    Field format = written.row().getClass().getDeclaredField("format");
    format.setAccessible(true);
    for (byte other : new byte[] {0, 9}) {
      format.setByte(written.row(), other);
      assertThatExceptionOfType(RekindleException.class)
          .isThrownBy(written.reader()::run)
          .satisfies(
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.DATA_CORRUPTED);
                assertThat(e.details()).containsEntry("format", Byte.toString(other));
              });
    }
  }

  private static MemoryColumns columns() {
    return new MemoryColumns(
        ID,
        null,
        List.of(),
        null,
        null,
        "note",
        List.of(),
        Sensitivity.PUBLIC,
        0.5f,
        EmbeddingStatus.PENDING,
        EmbeddingModelId.BGE_SMALL_EN,
        Instant.EPOCH,
        Instant.EPOCH,
        null,
        1,
        1);
  }

  private static Namespace namespace() {
    return new Namespace(
        NamespaceId.of(UUID.randomUUID()),
        PATH,
        new NamespaceSettings(
            EmbeddingModelId.BGE_SMALL_EN, 8, Distance.COSINE, List.of(), false, 1),
        Instant.EPOCH,
        1);
  }

  private static StoredApiKey key() {
    return new StoredApiKey(
        new ApiKeyId("aaaaaaaaaaaaaaaa"),
        "a key",
        KeyScope.ADMIN,
        null,
        null,
        new byte[32],
        new ScramVerifier(new byte[16], 4_096, new byte[32], new byte[32]),
        Instant.EPOCH,
        null,
        null);
  }

  @ParameterizedTest
  @EnumSource(WordLanguage.class)
  void aNamespaceKeepsItsLanguage(WordLanguage language) {
    NamespaceSettings settings =
        new NamespaceSettings(
            EmbeddingModelId.EXTERNAL, 8, Distance.COSINE, List.of(), false, 1, language);
    Namespace namespace =
        new Namespace(NamespaceId.of(UUID.randomUUID()), PATH, settings, Instant.EPOCH, 1);
    assertThat(new NamespaceRow(namespace).namespace(PATH)).isEqualTo(namespace);
  }
}
