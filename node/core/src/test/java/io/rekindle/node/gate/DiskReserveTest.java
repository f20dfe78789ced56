package io.rekindle.node.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.AccessCommand;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.AuditCommand;
import io.rekindle.node.model.ClusterCommand;
import io.rekindle.node.model.Command;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.Drafts;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.KeyCommand;
import io.rekindle.node.model.KeyScope;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch;
import io.rekindle.node.model.NamespaceCommand;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSelector;
import io.rekindle.node.model.NewNamespace;
import io.rekindle.node.model.Ranking;
import io.rekindle.node.model.StateCommand;
import io.rekindle.node.model.WaitFor;
import io.rekindle.node.model.WordLanguage;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** At the reserve the data stops growing; reads, deletes and revocations go on. */
class DiskReserveTest {
  private static final long RESERVE = 100;
  private static final Duration LOOK_EVERY = Duration.ofMillis(250);
  private static final int CHECKS = 10_000;
  private static final int TRIES_MAX = 40;

  private static final NamespacePath SPACE = NamespacePath.parse("a");
  private static final GrantSpec GRANT = new GrantSpec(SPACE, null, Set.of());
  private static final ApiKeyId KEY = new ApiKeyId("aaaaaaaaaaaaaaaa");
  private static final MemoryId ID = MemoryId.parse("00000000-0000-7000-8000-000000000000");
  private static final StateCommand.Ref STATE = new StateCommand.Ref(SPACE, "a1", "k");

  static List<Command> growing() {
    return List.of(
        new MemoryCommand.Store(
            SPACE, List.of(new MemoryCommand.StoreItem(Drafts.of("a text"), null))),
        new MemoryCommand.Update(SPACE, ID, null, patch(), null),
        new StateCommand.Set(STATE, "1", null, null, null),
        new NamespaceCommand.Create(
            SPACE,
            new NewNamespace(
                EmbeddingModelId.EXTERNAL,
                4,
                Distance.COSINE,
                List.of(),
                false,
                1,
                WordLanguage.ENGLISH),
            null),
        new AccessCommand.CreateKey("a key", KeyScope.READ_ONLY, null, null, null, List.of(GRANT)),
        new AccessCommand.AddGrant(KEY, GRANT));
  }

  static List<Command> goingOn() {
    NamespaceSelector selector = NamespaceSelector.of(SPACE);
    return List.of(
        new MemoryCommand.Get(SPACE, ID, null),
        new MemoryCommand.ListPage(selector, null, 10, null, false),
        new MemoryCommand.Search(
            selector, "a text", null, 1, null, null, null, 1, Ranking.BY_MEANING, WaitFor.NOTHING),
        new MemoryCommand.Delete(SPACE, List.of(new MemoryCommand.DeleteItem(ID, null, null))),
        new StateCommand.Get(STATE),
        new StateCommand.Delete(STATE, null, null),
        new NamespaceCommand.Get(SPACE),
        new KeyCommand.RewrapTenant(SPACE, null),
        new KeyCommand.ListAll(),
        new NamespaceCommand.Delete(SPACE, true),
        new AccessCommand.RevokeKey(KEY),
        new AccessCommand.RemoveGrant(KEY, GRANT),
        new AuditCommand.Verify(null),
        new ClusterCommand.GetStatus());
  }

  private static MemoryPatch patch() {
    return new MemoryPatch(
        Set.of(MemoryPatch.Field.CONTENT),
        "another text",
        null,
        null,
        null,
        null,
        null,
        List.of(),
        List.of(),
        null,
        null,
        null,
        null);
  }

  @ParameterizedTest
  @MethodSource("growing")
  void whatGrowsTheDataIsRefusedBelowTheReserve(Command command) {
    assertThatCode(() -> new DiskReserve(RESERVE, () -> RESERVE).check(command))
        .as("at the reserve")
        .doesNotThrowAnyException();
    for (long usable : new long[] {RESERVE - 1, 0, -1}) {
      assertThatExceptionOfType(RekindleException.class)
          .isThrownBy(() -> new DiskReserve(RESERVE, () -> usable).check(command))
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_RESERVE_REACHED))
          .satisfies(
              e ->
                  assertThat(e.details())
                      .containsEntry("limit_key", "rekindle.disk.reserve-bytes")
                      .containsEntry("limit", "100"));
    }
  }

  @ParameterizedTest
  @MethodSource("goingOn")
  void whatDoesNotGrowTheDataGoesOnWithoutAnyRoom(Command command) {
    assertThatCode(() -> new DiskReserve(RESERVE, () -> -1).check(command))
        .doesNotThrowAnyException();
  }

  @Test
  void theFileSystemIsNotAskedForEveryRequestButAgainAndAgain() throws InterruptedException {
    AtomicLong usable = new AtomicLong(RESERVE);
    AtomicLong asked = new AtomicLong();
    long start = System.nanoTime();
    DiskReserve reserve =
        new DiskReserve(
            RESERVE,
            () -> {
              asked.incrementAndGet();
              return usable.get();
            });
    Command store = growing().getFirst();
    for (int i = 0; i < CHECKS; i++) {
      reserve.check(store);
    }
    long looksMax = 1 + (System.nanoTime() - start) / LOOK_EVERY.toNanos();
    assertThat(asked.get()).isBetween(1L, looksMax);

    usable.set(RESERVE - 1);
    for (int i = 0; i < TRIES_MAX && reserve.usableBytes() == RESERVE; i++) {
      Thread.sleep(LOOK_EVERY.toMillis());
    }
    assertThatExceptionOfType(RekindleException.class).isThrownBy(() -> reserve.check(store));
  }
}
