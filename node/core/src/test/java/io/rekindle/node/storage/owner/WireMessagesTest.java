package io.rekindle.node.storage.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.Filter.Column;
import io.rekindle.node.access.filter.Filter.Field;
import io.rekindle.node.access.filter.Filter.Literal;
import io.rekindle.node.access.filter.Filter.Member;
import io.rekindle.node.access.filter.Filter.Operator;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.RowFacts;
import io.rekindle.node.model.AccessStats;
import io.rekindle.node.model.AgentState;
import io.rekindle.node.model.ChunkSpan;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.HitExplanation;
import io.rekindle.node.model.HybridWeights;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.Memory;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.MemoryDraft;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch;
import io.rekindle.node.model.MemoryPayload;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.SearchPath;
import io.rekindle.node.model.Sensitivity;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.model.VectorInput;
import io.rekindle.node.storage.AgentStateStore.StateCursor;
import io.rekindle.node.storage.Cursor;
import io.rekindle.node.storage.MemoryPage;
import io.rekindle.node.storage.Page;
import io.rekindle.node.storage.SearchQuery;
import io.rekindle.node.storage.SearchResult;
import io.rekindle.node.storage.memory.Candidate;
import io.rekindle.node.storage.memory.Candidates;
import io.rekindle.node.storage.memory.RankedMemory;
import io.rekindle.node.storage.memory.SearchSource.JoinedRow;
import io.rekindle.node.storage.memory.SearchSource.Pools;
import io.rekindle.node.storage.memory.SliceQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/** What crosses between nodes arrives as it left, and what does not read is refused. */
class WireMessagesTest {
  private static final Namespace SPACE =
      new Namespace(
          new NamespaceId(new UUID(7, 64)),
          NamespacePath.parse("a/b"),
          new NamespaceSettings(EmbeddingModelId.EXTERNAL, 2, Distance.COSINE, List.of(), false, 1),
          Instant.EPOCH,
          1);
  private static final SliceQuery SLICE =
      new SliceQuery(SPACE, SliceId.of(SPACE.id(), 0), Filter.ALL, Filter.ALL, Filter.ALL, false);

  /** Makes anything that crosses, from a seed. */
  private static final class Some {
    private final Random random;

    Some(long seed) {
      this.random = new Random(seed);
    }

    <T> @Nullable T maybe(Supplier<T> value) {
      return random.nextInt(3) == 0 ? null : value.get();
    }

    <T> List<T> list(Supplier<T> value) {
      List<T> list = new ArrayList<>();
      for (int left = random.nextInt(4); left > 0; left--) {
        list.add(value.get());
      }
      return list;
    }

    <E extends Enum<E>> E constant(Class<E> type) {
      E[] all = type.getEnumConstants();
      return all[random.nextInt(all.length)];
    }

    /** Never empty, with characters of one to four bytes. */
    String text() {
      return "t"
          + random.nextInt(1_000)
          + List.of("", "\u00e9", "\u20ac", "\ud83d\ude80").get(random.nextInt(4));
    }

    String json() {
      return "{\"k\":" + random.nextInt() + "}";
    }

    Instant time() {
      return Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
    }

    float score() {
      return random.nextFloat();
    }

    MemoryId id() {
      return new MemoryId(new UUID(random.nextLong(), random.nextLong()));
    }

    VectorInput vector() {
      float[] values = new float[2 + random.nextInt(9)];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      return new VectorInput(values);
    }

    MemoryColumns columns() {
      return new MemoryColumns(
          id(),
          maybe(this::text),
          list(this::text),
          maybe(this::text),
          maybe(this::text),
          "fact",
          list(this::text),
          constant(Sensitivity.class),
          score(),
          constant(EmbeddingStatus.class),
          EmbeddingModelId.BGE_SMALL_EN,
          time(),
          time(),
          maybe(this::time),
          random.nextLong(),
          random.nextLong());
    }

    Memory memory() {
      return new Memory(
          SPACE.path(),
          columns(),
          new MemoryPayload(text(), maybe(this::json), maybe(this::text), maybe(this::text)),
          new AccessStats(random.nextLong(), maybe(this::time)),
          maybe(this::vector));
    }

    MemoryDraft draft() {
      return new MemoryDraft(
          maybe(this::id),
          maybe(this::text),
          list(this::text),
          maybe(this::text),
          maybe(this::text),
          maybe(this::text),
          "note",
          list(this::text),
          constant(Sensitivity.class),
          score(),
          maybe(this::time),
          text(),
          maybe(this::json),
          maybe(this::text),
          maybe(this::vector));
    }

    MemoryPatch patch() {
      Set<MemoryPatch.Field> mask = EnumSet.noneOf(MemoryPatch.Field.class);
      list(() -> constant(MemoryPatch.Field.class)).forEach(mask::add);
      return new MemoryPatch(
          mask,
          maybe(this::text),
          maybe(this::json),
          maybe(this::text),
          maybe(this::text),
          maybe(this::text),
          maybe(() -> "note"),
          list(this::text),
          list(this::text),
          maybe(() -> constant(Sensitivity.class)),
          maybe(this::score),
          maybe(this::time),
          maybe(this::vector));
    }

    Filter filter(int levels) {
      return switch (random.nextInt(levels == 0 ? 4 : 7)) {
        case 0 -> new Filter.Compare(metadata(), constant(Operator.class), literal());
        case 1 ->
            new Filter.Compare(
                new Field.OfColumn(Column.SENSITIVITY),
                constant(Operator.class),
                Literal.Level.of(constant(Sensitivity.class)));
        case 2 -> new Filter.Has(new Field.OfColumn(constant(Column.class)), new Member.Any());
        case 3 ->
            new Filter.Has(
                new Field.OfColumn(Column.PATH), new Member.Labels(List.of(text(), text())));
        case 4 -> new Filter.And(list(() -> filter(levels - 1)));
        case 5 -> new Filter.Or(list(() -> filter(levels - 1)));
        default -> new Filter.Not(filter(levels - 1));
      };
    }

    private Field metadata() {
      return new Field.OfMetadata("m.n" + random.nextInt(9));
    }

    private Literal literal() {
      return switch (random.nextInt(4)) {
        case 0 -> new Literal.Text(text());
        case 1 -> new Literal.Numeric(random.nextGaussian());
        case 2 -> new Literal.Truth(random.nextBoolean());
        default -> new Literal.Time(random.nextLong());
      };
    }

    SearchQuery query() {
      if (random.nextInt(3) == 0) {
        return SearchQuery.byWords(text(), 5, maybe(this::score), filter(4));
      }
      return new SearchQuery(
          vector().values(),
          maybe(this::text),
          1 + random.nextInt(1_000),
          maybe(this::score),
          filter(4),
          random.nextDouble(),
          new HybridWeights(1, 2, random.nextInt(9), Duration.ofSeconds(5, 7), 0.5),
          time());
    }

    private HitExplanation explanation() {
      return new HitExplanation(
          score(), random.nextInt(), score(), random.nextInt(), score(), score(), path());
    }

    private @Nullable SearchPath path() {
      return maybe(() -> constant(SearchPath.class));
    }

    Reply.Hit hit() {
      return new Reply.Hit(
          memory(),
          score(),
          score(),
          maybe(() -> new ChunkSpan(random.nextInt(), random.nextInt(), random.nextInt())),
          explanation());
    }

    SearchResult result() {
      return new SearchResult(
          list(this::hit),
          random.nextBoolean(),
          random.nextBoolean(),
          random.nextBoolean(),
          Duration.ofNanos(random.nextInt(1_000_000)),
          Duration.ofNanos(random.nextInt(1_000_000)));
    }

    Candidate candidate() {
      return new Candidate(SLICE, id(), score(), random.nextLong(), random.nextInt(9) - 1, path());
    }

    Candidates candidates() {
      return new Candidates(
          list(this::candidate), random.nextBoolean(), random.nextBoolean(), random.nextBoolean());
    }

    FoundCandidates found() {
      Map<FoundCandidates.Place, RowFacts> facts = new HashMap<>();
      list(this::candidate)
          .forEach(
              one ->
                  facts.put(
                      FoundCandidates.Place.of(one), new RowFacts(random.nextLong(), score())));
      return new FoundCandidates(new Pools(candidates(), candidates()), facts);
    }

    RankedMemory ranked() {
      Candidate byMeaning = maybe(this::candidate);
      return new RankedMemory(
          byMeaning,
          byMeaning == null ? candidate() : maybe(this::candidate),
          score(),
          explanation());
    }

    JoinedRow row() {
      return new JoinedRow(random.nextBoolean(), maybe(this::hit));
    }

    AgentState state() {
      return new AgentState(
          SPACE.path(), text(), text(), json(), random.nextLong(), time(), time());
    }
  }

  /** One kind of message. */
  private record Kind<T>(
      Function<Some, T> make, BiConsumer<WireOut, T> write, Function<WireIn, T> read) {
    byte[] bytes(Some some) {
      WireOut out = new WireOut();
      write.accept(out, make.apply(some));
      return out.toBytes();
    }

    void check(Some some) {
      T value = make.apply(some);
      WireOut out = new WireOut();
      write.accept(out, value);
      assertThat(WireIn.read(out.toBytes(), read)).usingRecursiveComparison().isEqualTo(value);
    }
  }

  private static final List<Kind<?>> KINDS =
      List.of(
          new Kind<>(Some::memory, MemoryMessages::memory, MemoryMessages::memory),
          new Kind<>(Some::draft, MemoryMessages::draft, MemoryMessages::draft),
          new Kind<>(Some::patch, MemoryMessages::patch, MemoryMessages::patch),
          new Kind<>(
              some -> new Reply.StoreResult(some.columns(), true, null),
              MemoryMessages::stored,
              MemoryMessages::stored),
          new Kind<>(
              some ->
                  new MemoryPage(
                      some.list(some::memory),
                      some.maybe(() -> new Cursor(some.time(), some.id()))),
              MemoryMessages::page,
              MemoryMessages::page),
          new Kind<>(
              some -> new IdempotencyKey(some.text()), MemoryMessages::key, MemoryMessages::key),
          new Kind<>(some -> some.filter(5), FilterMessages::filter, FilterMessages::filter),
          new Kind<>(Some::query, SearchMessages::query, SearchMessages::query),
          new Kind<>(Some::result, SearchMessages::result, SearchMessages::result),
          new Kind<>(
              some -> new SearchResult.Position(some.score(), some.id()),
              SearchMessages::position,
              SearchMessages::position),
          new Kind<>(
              Some::found,
              FoundCandidates::write,
              in -> FoundCandidates.read(in, WireMessagesTest::sliceOf)),
          new Kind<>(
              Some::ranked,
              SearchMessages::ranked,
              in -> SearchMessages.ranked(in, WireMessagesTest::sliceOf)),
          new Kind<>(Some::row, SearchMessages::row, SearchMessages::row),
          new Kind<>(Some::state, StateMessages::state, StateMessages::state),
          new Kind<>(
              some -> new Page<>(some.list(some::state), true),
              StateMessages::page,
              StateMessages::page),
          new Kind<>(
              some -> new StateCursor(some.text(), some.text()),
              StateMessages::cursor,
              StateMessages::cursor));

  private static @Nullable SliceQuery sliceOf(SliceId slice) {
    return slice.equals(SLICE.slice()) ? SLICE : null;
  }

  @Property(tries = 200)
  void everyMessageArrivesAsItLeft(@ForAll long seed) {
    KINDS.forEach(kind -> kind.check(new Some(seed)));
  }

  @Property(tries = 200)
  void aMessageThatIsCutOrLongerIsRefused(@ForAll long seed) {
    for (Kind<?> kind : KINDS) {
      byte[] bytes = kind.bytes(new Some(seed));
      assertRefused(kind, Arrays.copyOf(bytes, new Random(seed).nextInt(bytes.length)));
      assertRefused(kind, Arrays.copyOf(bytes, bytes.length + 1));
      bytes[0] = 9;
      assertRefused(kind, bytes);
    }
  }

  /**
   * Whatever bytes come, they are a value or that one error; lengths of gigabytes are not believed.
   */
  @Property(tries = 500)
  void bytesOfAnyKindAreReadOrRefused(@ForAll long seed) {
    Random random = new Random(seed);
    for (Kind<?> kind : KINDS) {
      byte[] bytes = kind.bytes(new Some(seed));
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        bytes[1 + random.nextInt(bytes.length - 1)] = (byte) random.nextInt();
      }
      try {
        assertThat(WireIn.<Object>read(bytes, kind.read()::apply)).isNotNull();
      } catch (RekindleException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL);
      }
    }
  }

  private static void assertRefused(Kind<?> kind, byte[] bytes) {
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> WireIn.<Object>read(bytes, kind.read()::apply))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL));
  }
}
