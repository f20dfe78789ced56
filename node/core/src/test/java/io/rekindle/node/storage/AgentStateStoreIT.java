package io.rekindle.node.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.Pass;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.AgentState;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.Limits;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.AgentStateStore.StateCursor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Agent state where writers meet, requests come twice, and rows are hidden. */
class AgentStateStoreIT {
  private static final StorageNode NODE = SharedNode.node();
  private static final AgentStateStore STATES = NODE.storage().agentStates();
  private static final Pass ALL = StorageNode.PASS;
  private static final IdempotencyKey ONCE = new IdempotencyKey("once");

  private final Namespace space = SharedNode.freshNamespace(StorageNode.modelSettings(4));

  @Test
  void ofManyThatExpectOneVersionOneWins() throws Exception {
    set("0", 0L, null);
    for (long version = 1; version <= 5; version++) {
      long expected = version;
      List<FutureTask<Boolean>> writers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String value = Integer.toString(i);
        FutureTask<Boolean> writer = new FutureTask<>(() -> wins(value, expected));
        writers.add(writer);
        Thread.ofPlatform().start(writer);
      }
      int winners = 0;
      for (FutureTask<Boolean> writer : writers) {
        winners += writer.get() ? 1 : 0;
      }
      assertThat(winners).isEqualTo(1);
      assertThat(get().version()).isEqualTo(version + 1);
    }
  }

  @Test
  void aReplayChangesNothingAndAnotherRequestIsAConflict() {
    AgentState first = set("1", null, ONCE);

    assertThat(set("1", null, ONCE)).isEqualTo(first);
    assertThat(refusal(() -> set("2", null, ONCE))).isEqualTo(ErrorCode.IDEMPOTENCY_CONFLICT);
    assertThat(get()).isEqualTo(first);
  }

  @Test
  void anIdempotencyKeyIsForgottenAfterItsLifetime() {
    set("1", null, ONCE);

    NODE.clock.advance(Duration.ofHours(25));

    assertThat(set("2", null, ONCE).version()).isEqualTo(2);
  }

  @Test
  void aDeleteIsReplayedAndTakesTheRecordsOfItsStateAlong() {
    set("1", null, ONCE);
    long records = NODE.caches().idempotency().sizeLong();
    IdempotencyKey delete = new IdempotencyKey("delete");

    delete(1L, delete);
    delete(1L, delete);

    assertThat(NODE.caches().idempotency().sizeLong()).isEqualTo(records);
    assertThat(refusal(() -> delete(null, null))).isEqualTo(ErrorCode.STATE_NOT_FOUND);
    assertThat(set("2", 0L, ONCE).version()).isEqualTo(1);
    assertThat(refusal(() -> delete(7L, null))).isEqualTo(ErrorCode.VERSION_CONFLICT);
    assertThat(get().value()).isEqualTo("2");
  }

  @Test
  void aHiddenStateIsNeitherReadNorWrittenNorCounted() {
    set("1", null, null);
    Pass other = Passes.where(space, "agent_id = \"other\"", Action.STATE_READ, Action.STATE_WRITE);

    assertThat(refusal(() -> STATES.get(other, space, "agent", "key")))
        .isEqualTo(ErrorCode.STATE_NOT_FOUND);
    assertThat(
            refusal(
                () -> STATES.set(other, space, "agent", "key", "2", null, null, null, "lineage")))
        .isEqualTo(ErrorCode.PERMISSION_DENIED);
    assertThat(refusal(() -> STATES.delete(other, space, "agent", "key", null, null, "lineage")))
        .isEqualTo(ErrorCode.STATE_NOT_FOUND);
    assertThat(STATES.list(other, space, null, 10, null).items()).isEmpty();
    assertThat(get().value()).isEqualTo("1");
  }

  @Test
  void aStateIsNotWrittenIntoSightNorOutOfIt() {
    set("1", null, null);
    Pass later = Passes.where(space, "version > 1", Action.STATE_READ, Action.STATE_WRITE);
    Pass other = Passes.where(space, "agent_id = \"other\"", Action.STATE_READ, Action.STATE_WRITE);

    assertThat(
            refusal(
                () -> STATES.set(later, space, "agent", "key", "2", null, null, null, "lineage")))
        .isEqualTo(ErrorCode.PERMISSION_DENIED);
    assertThat(
            refusal(
                () -> STATES.set(other, space, "agent", "new", "2", null, null, null, "lineage")))
        .isEqualTo(ErrorCode.PERMISSION_DENIED);
    assertThat(STATES.list(ALL, space, null, 10, null).items()).containsExactly(get());
    assertThat(get().value()).isEqualTo("1");
  }

  @Test
  void anUpdateKeepsWhenTheStateWasCreated() {
    AgentState first = set("1", null, null);
    NODE.clock.advance(Duration.ofMinutes(1));

    AgentState second = set("2", null, null);

    assertThat(second.createdAt()).isEqualTo(first.createdAt());
    assertThat(second.updatedAt()).isAfter(first.updatedAt());
  }

  @Test
  void aPassForWritingReadsNothing() {
    set("1", null, null);
    Pass writer = Passes.where(space, "version > 0", Action.STATE_WRITE);

    assertThat(refusal(() -> STATES.get(writer, space, "agent", "key")))
        .isEqualTo(ErrorCode.PERMISSION_DENIED);
    assertThat(refusal(() -> STATES.list(writer, space, null, 10, null)))
        .isEqualTo(ErrorCode.PERMISSION_DENIED);
  }

  @Test
  void aPageOfAListIsNoLargerThanAnAnswerAndLeavesNoGap() {
    String large = "\"" + "x".repeat(60 * 1024) + "\"";
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 70; i++) {
      keys.add("key" + (100 + i));
      String value = i % 3 == 0 ? "1" : large;
      STATES.set(ALL, space, "agent", keys.getLast(), value, null, null, null, "lineage");
    }

    List<String> listed = new ArrayList<>();
    Page<AgentState> page = STATES.list(ALL, space, null, 1_000, null);
    while (page.more()) {
      assertThat(bytesOf(page)).isLessThan(Limits.REPLY_BYTES_MAX);
      page.items().forEach(state -> listed.add(state.key()));
      StateCursor end = new StateCursor("agent", listed.getLast());
      page = STATES.list(ALL, space, null, 1_000, end);
    }
    assertThat(bytesOf(page)).isLessThan(Limits.REPLY_BYTES_MAX);
    page.items().forEach(state -> listed.add(state.key()));

    assertThat(listed).isEqualTo(keys);
  }

  private static long bytesOf(Page<AgentState> page) {
    return page.items().stream().mapToLong(state -> state.value().length()).sum();
  }

  @Test
  void aPassForReadingWritesNothing() {
    Pass reader = Passes.where(space, "version > 0", Action.STATE_READ);

    assertThat(
            refusal(
                () -> STATES.set(reader, space, "agent", "key", "1", null, null, null, "lineage")))
        .isEqualTo(ErrorCode.PERMISSION_DENIED);
    assertThat(refusal(() -> STATES.delete(reader, space, "agent", "key", null, null, "lineage")))
        .isEqualTo(ErrorCode.PERMISSION_DENIED);
  }

  private boolean wins(String value, long expected) {
    try {
      set(value, expected, null);
      return true;
    } catch (RekindleException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.VERSION_CONFLICT);
      return false;
    }
  }

  private AgentState get() {
    return STATES.get(ALL, space, "agent", "key");
  }

  private AgentState set(String value, @Nullable Long expected, @Nullable IdempotencyKey once) {
    return STATES.set(ALL, space, "agent", "key", value, expected, null, once, "lineage");
  }

  private void delete(@Nullable Long expected, @Nullable IdempotencyKey once) {
    STATES.delete(ALL, space, "agent", "key", expected, once, "lineage");
  }

  private static ErrorCode refusal(ThrowingCallable call) {
    RekindleException refusal = catchThrowableOfType(RekindleException.class, call);
    assertThat(refusal).isNotNull();
    return refusal.code();
  }
}
