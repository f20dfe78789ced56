package io.rekindle.node.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.rekindle.node.contract.DoorFixture.Grant;
import io.rekindle.node.contract.DoorFixture.IssuedKey;
import io.rekindle.node.contract.TestDoor.Caller;
import io.rekindle.node.contract.TestDoor.Page;
import io.rekindle.node.contract.TestDoor.Refused;
import io.rekindle.node.contract.TestDoor.Seed;
import io.rekindle.node.contract.TestDoor.Seen;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every door must hold of keys with conditions in one namespace: a row outside the condition
 * does not exist, whatever is asked.
 */
public abstract class HiddenRowContract extends DoorContract {
  @Test
  void aRowOutsideTheConditionDoesNotExist() {
    String id = t.agentTwo().store(t.shared(), Seed.of(secret).externalKey("taken")).memoryId();
    Seen mine = t.agentOne().store(t.shared(), Seed.of("mine"));
    refused("MEMORY_NOT_FOUND", () -> t.agentOne().get(t.shared(), id));
    refused("MEMORY_NOT_FOUND", () -> t.agentOne().getByExternalKey(t.shared(), "taken"));
    refused("MEMORY_NOT_FOUND", () -> t.agentOne().update(t.shared(), id, Map.of("content", "x")));
    refused("MEMORY_NOT_FOUND", () -> t.agentOne().delete(t.shared(), id));
    assertThat(t.agentOne().search(List.of(t.shared()), ANY))
        .extracting(Seen::memoryId)
        .containsExactly(mine.memoryId());
    assertThat(t.agentOne().list(List.of(t.shared()), 10, null).memories())
        .extracting(Seen::memoryId)
        .containsExactly(mine.memoryId());
    assertThat(t.agentTwo().get(t.shared(), id).content()).isEqualTo(secret);
  }

  @Test
  void aHiddenDuplicateIsOneGenericConflict() {
    Seen hidden = t.agentTwo().store(t.shared(), Seed.of(secret).externalKey("taken"));
    Seen mine = t.agentOne().store(t.shared(), Seed.of("mine"));
    List<ThrowingCallable> conflicts =
        List.of(
            () -> t.agentOne().store(t.shared(), Seed.of("other").externalKey("taken")),
            () -> t.agentOne().store(t.shared(), Seed.of(secret)),
            () -> t.agentOne().store(t.shared(), Seed.of("other").memoryId(hidden.memoryId())),
            () -> t.agentOne().update(t.shared(), mine.memoryId(), Map.of("content", secret)));
    Set<String> words = new HashSet<>();
    for (ThrowingCallable conflict : conflicts) {
      Refused refused = refused("UNIQUE_CONFLICT", conflict);
      assertThat(refused.getMessage()).doesNotContain(hidden.memoryId());
      words.add(refused.withoutIds());
    }
    assertThat(words).as("one generic conflict").hasSize(1);
    assertThat(t.agentOne().get(t.shared(), mine.memoryId()).content()).isEqualTo("mine");
    refused(
        "MEMORY_EXISTS",
        () -> t.agentTwo().store(t.shared(), Seed.of("again").externalKey("taken")));
    assertThat(t.agentTwo().store(t.shared(), Seed.of(secret)).memoryId())
        .as("dedupe answers its own")
        .isEqualTo(hidden.memoryId());
  }

  @Test
  void nobodyWritesARowThatTheyCouldNotSeeOrMovesOneOutOfSight() {
    refused(
        "PERMISSION_DENIED",
        () -> t.lowClearance().store(t.shared(), Seed.of("x").sensitivity("restricted")));
    Seen low = t.lowClearance().store(t.shared(), Seed.of("low").sensitivity("public"));
    refused(
        "PERMISSION_DENIED",
        () ->
            t.lowClearance()
                .update(t.shared(), low.memoryId(), Map.of("sensitivity", "confidential")));
    assertThat(t.lowClearance().get(t.shared(), low.memoryId()).content()).isEqualTo("low");
    Seen ofAgent = t.agentOne().store(t.shared(), Seed.of(secret).sensitivity("confidential"));
    refused("MEMORY_NOT_FOUND", () -> t.lowClearance().get(t.shared(), ofAgent.memoryId()));
    assertThat(t.lowClearance().search(List.of(t.shared()), ANY))
        .extracting(Seen::content)
        .containsExactly("low");
  }

  @Test
  void theNextPageOfASearchShowsWhatMayBeSeenThen() {
    List<Seen> stored = new ArrayList<>();
    for (int i = 0; i < MORE_THAN_ONE_ANSWER; i++) {
      stored.add(t.lowClearance().store(t.shared(), Seed.of(LARGE + i).sensitivity("internal")));
      door().administrator().store(t.shared(), Seed.of(secret + i).sensitivity("restricted"));
    }
    List<String> shared = List.of(t.shared());
    Page first = t.lowClearance().search(shared, ANY, null, MORE_THAN_ONE_ANSWER, null);
    assertThat(first.next()).isNotNull();
    List<Seen> behind = new ArrayList<>(stored);
    behind.removeAll(first.memories());
    String hidden = behind.getFirst().memoryId();
    door().administrator().update(t.shared(), hidden, Map.of("sensitivity", "restricted"));
    Page second = t.lowClearance().search(shared, ANY, null, MORE_THAN_ONE_ANSWER, first.next());
    assertThat(second.memories())
        .containsExactlyInAnyOrderElementsOf(behind.subList(1, behind.size()));
  }

  @Test
  void aReplayShowsTheRowOnlyToWhoMaySeeItNow() {
    Seed seed = Seed.of("mine for now").sensitivity("internal").idempotencyKey("replay");
    Seen stored = t.lowClearance().store(t.shared(), seed);
    door()
        .administrator()
        .update(t.shared(), stored.memoryId(), Map.of("sensitivity", "restricted"));
    refused("MEMORY_NOT_FOUND", () -> t.lowClearance().store(t.shared(), seed));
  }

  @Test
  void aReplayIsAuthorisedAnewAfterAGrantWasNarrowed() {
    Grant wide = new Grant(t.shared(), "");
    Grant narrow = new Grant(t.shared(), "sensitivity = \"public\"");
    IssuedKey key = door().key(null, null, wide);
    Seed seed = Seed.of("stored under a wide grant").sensitivity("internal").idempotencyKey("s");
    Seen stored = key.caller().store(t.shared(), seed);
    ThrowingCallable update =
        () ->
            key.caller()
                .update(t.shared(), stored.memoryId(), Map.of("content", "changed"), 1L, "u");
    assertThatCode(update).doesNotThrowAnyException();
    assertThatCode(update).as("a replay").doesNotThrowAnyException();
    assertThat(key.caller().store(t.shared(), seed).memoryId()).isEqualTo(stored.memoryId());
    door().add(key, narrow);
    door().remove(key, wide);
    refusedAlike(
        "MEMORY_NOT_FOUND",
        update,
        () -> key.caller().update(t.shared(), absentId(), Map.of("content", "x"), 1L, "v"));
    refused("PERMISSION_DENIED", () -> key.caller().store(t.shared(), seed));
    door().remove(key, narrow);
    refused("PERMISSION_DENIED", update);
  }

  @Test
  void absentAndHiddenAreRefusedInTheSameWords() {
    String id =
        t.agentTwo().store(t.shared(), Seed.of(secret).externalKey("taken-" + secret)).memoryId();
    String absent = absentId();
    Caller one = t.agentOne();
    String reason = "MEMORY_NOT_FOUND";
    refusedAlike(reason, () -> one.get(t.shared(), id), () -> one.get(t.shared(), absent));
    refusedAlike(
        reason,
        () -> one.getByExternalKey(t.shared(), "taken-" + secret),
        () -> one.getByExternalKey(t.shared(), "free"));
    refusedAlike(
        reason,
        () -> one.update(t.shared(), id, Map.of("content", secret)),
        () -> one.update(t.shared(), absent, Map.of("content", secret)));
    refusedAlike(
        reason,
        () -> one.update(t.shared(), id, Map.of("content", "x"), 7L, "key"),
        () -> one.update(t.shared(), absent, Map.of("content", "x"), 7L, "key"));
    refusedAlike(reason, () -> one.delete(t.shared(), id), () -> one.delete(t.shared(), absent));
    assertThat(t.agentTwo().get(t.shared(), id).content()).isEqualTo(secret);
  }

  @Test
  void aBatchTouchesOnlyWhatIsVisible() {
    String hidden = t.agentTwo().store(t.shared(), Seed.of(secret)).memoryId();
    String mine = t.agentOne().store(t.shared(), Seed.of("mine")).memoryId();
    List<Object> deleted = t.agentOne().deleteAll(t.shared(), List.of(hidden, mine, absentId()));
    assertThat(deleted.get(1)).isEqualTo(mine);
    assertThat(List.of(deleted.get(0), deleted.get(2)))
        .allSatisfy(it -> assertThat(it).isInstanceOf(Refused.class))
        .extracting(it -> ((Refused) it).withoutIds())
        .as("hidden and absent alike")
        .containsOnly(((Refused) deleted.get(0)).withoutIds());
    assertThat(t.agentTwo().get(t.shared(), hidden).content()).isEqualTo(secret);
    List<Object> stored =
        t.lowClearance()
            .storeAll(
                t.shared(),
                List.of(
                    Seed.of("low"),
                    Seed.of("high").sensitivity("restricted"),
                    Seed.of(secret),
                    Seed.of("also low")));
    assertThat(stored)
        .extracting(it -> it instanceof Refused r ? r.reason() : "stored")
        .containsExactly("stored", "PERMISSION_DENIED", "stored", "stored");
    assertThat(stored.get(2)).as("dedupe finds what is visible").isEqualTo(hidden);
  }

  @Test
  void aFilterOnAHiddenValueFindsNothing() {
    t.agentOne()
        .store(t.shared(), Seed.of(secret).sensitivity("restricted").externalKey("k-" + secret));
    t.lowClearance().store(t.shared(), Seed.of("low").sensitivity("public"));
    List<String> shared = List.of(t.shared());
    for (String filter :
        List.of(
            "sensitivity = restricted",
            "external_key = \"k-" + secret + "\"",
            "agent_id = \"a1\"",
            "NOT agent_id = \"a3\"",
            "sensitivity > internal OR agent_id = \"a1\"")) {
      assertThat(t.lowClearance().search(shared, ANY, filter)).as(filter).isEmpty();
      assertThat(t.lowClearance().list(shared, filter, 10, null).memories()).as(filter).isEmpty();
    }
    assertThat(t.lowClearance().search(shared, ANY, "NOT sensitivity = restricted"))
        .extracting(Seen::content)
        .containsExactly("low");
  }

  @Test
  void aPrefixShowsNoHiddenRowOfAnyNamespaceBelow() {
    String below = t.shared() + "/below";
    t.agentTwo().store(t.shared(), Seed.of(secret));
    t.agentTwo().store(below, Seed.of(secret));
    t.agentOne().store(t.shared(), Seed.of("mine"));
    t.agentOne().store(below, Seed.of("mine below"));
    List<String> everywhere = List.of(t.shared() + "/**");
    List<Seen> exported = new ArrayList<>();
    t.agentOne().export(everywhere, 1, null).forEachRemaining(exported::addAll);
    List<Seen> listed = new ArrayList<>();
    @Nullable String page = null;
    do {
      Page next = t.agentOne().list(everywhere, 1, page);
      listed.addAll(next.memories());
      page = next.next();
    } while (page != null);
    for (List<Seen> seen : List.of(exported, listed, t.agentOne().search(everywhere, ANY))) {
      assertThat(seen).extracting(Seen::content).containsExactlyInAnyOrder("mine", "mine below");
    }
  }

  @Test
  void aPageTokenOfANeighbourIsWorthNothing() {
    for (int i = 0; i < 2; i++) {
      t.agentOne().store(t.shared(), Seed.of("of one " + i));
      t.agentTwo().store(t.shared(), Seed.of("of two " + i));
    }
    String token = t.agentTwo().list(List.of(t.shared()), 1, null).next();
    refused("PAGE_TOKEN_INVALID", () -> t.agentOne().list(List.of(t.shared()), 1, token));
  }
}
