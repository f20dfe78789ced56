package io.rekindle.node.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.contract.TestDoor.Page;
import io.rekindle.node.contract.TestDoor.Seed;
import io.rekindle.node.contract.TestDoor.Seen;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * What every door must hold: two tenants know nothing of each other. Keys with conditions in one
 * namespace are {@link HiddenRowContract}'s, agent state {@link StateIsolationContract}'s.
 */
public abstract class IsolationContract extends DoorContract {
  @Test
  void theExampleOfTheRequirementHoldsLiterally() {
    Seen mine = t.supportOfA().store(a(), Seed.of("a note of A"));
    t.supportOfA().store(t.companyA() + "/product", Seed.of("another note of A"));
    t.supportOfB().store(b(), Seed.of(secret));
    refused("PERMISSION_DENIED", () -> t.supportOfA().store(b(), Seed.of("x")));
    assertThat(t.supportOfA().search(List.of(a()), ANY))
        .extracting(Seen::memoryId)
        .containsExactly(mine.memoryId());
  }

  @Test
  void everyOperationOnAnotherTenantIsDenied() {
    String id = t.supportOfB().store(b(), Seed.of(secret).externalKey("k")).memoryId();
    List<ThrowingCallable> calls =
        List.of(
            () -> t.supportOfA().get(b(), id),
            () -> t.supportOfA().getByExternalKey(b(), "k"),
            () -> t.supportOfA().list(List.of(b()), 10, null),
            () -> t.supportOfA().export(List.of(b()), 10, null).next(),
            () -> t.supportOfA().search(List.of(b()), ANY),
            () -> t.supportOfA().search(List.of(a(), b()), ANY),
            () -> t.supportOfA().search(List.of(t.companyB() + "/**"), ANY),
            () -> t.supportOfA().export(List.of(t.companyB() + "/**"), 10, null).next(),
            () -> t.supportOfA().update(b(), id, Map.of("content", "x")),
            () -> t.supportOfA().delete(b(), id),
            () -> t.supportOfA().storeAll(b(), List.of(Seed.of("x"))),
            () -> t.supportOfA().deleteAll(b(), List.of(id)));
    for (ThrowingCallable call : calls) {
      assertThat(refused("PERMISSION_DENIED", call).getMessage()).doesNotContain(id);
    }
    assertThat(t.supportOfB().get(b(), id).content()).isEqualTo(secret);
  }

  @Test
  void aDenialDoesNotTellWhetherTheNamespaceExists() {
    String absent = t.companyB() + "/absent";
    refusedAlike(
        "PERMISSION_DENIED",
        () -> t.supportOfA().list(List.of(b()), 10, null),
        () -> t.supportOfA().list(List.of(absent), 10, null));
    refusedAlike(
        "PERMISSION_DENIED",
        () -> t.supportOfA().store(b(), Seed.of("x")),
        () -> t.supportOfA().store(absent, Seed.of("x")));
    refusedAlike(
        "PERMISSION_DENIED",
        () -> t.supportOfA().getState(b(), "a", "k"),
        () -> t.supportOfA().getState(absent, "a", "k"));
  }

  @Test
  void anotherTenantsIdDoesNotExistInOnesOwnNamespace() {
    String id = t.supportOfB().store(b(), Seed.of(secret)).memoryId();
    refused("MEMORY_NOT_FOUND", () -> t.supportOfA().get(a(), id));
    refused("MEMORY_NOT_FOUND", () -> t.supportOfA().delete(a(), id));
    refused("MEMORY_NOT_FOUND", () -> t.supportOfA().update(a(), id, Map.of("content", "x")));
  }

  @Test
  void aPrefixReachesNoFurtherThanTheGrants() {
    t.supportOfA().store(a(), Seed.of("one"));
    t.supportOfA().store(t.companyA() + "/product", Seed.of("two"));
    t.supportOfB().store(b(), Seed.of(secret));
    List<String> everywhere = List.of(t.companyA() + "/**");
    List<Seen> exported = new ArrayList<>();
    t.supportOfA().export(everywhere, 1, null).forEachRemaining(exported::addAll);
    assertThat(exported).extracting(Seen::content).containsExactlyInAnyOrder("one", "two");
    assertThat(t.supportOfA().list(everywhere, 10, null).memories())
        .extracting(Seen::content)
        .containsExactlyInAnyOrder("one", "two");
    assertThat(t.supportOfA().search(everywhere, ANY))
        .extracting(Seen::content)
        .containsExactlyInAnyOrder("one", "two");
  }

  @Test
  void aPageTokenContinuesOnlyTheRequestAndTheKeyThatItCameFrom() {
    for (int i = 0; i < 3; i++) {
      t.supportOfA().store(a(), Seed.of("note " + i));
      t.supportOfB().store(b(), Seed.of(secret + i));
    }
    Page first = t.supportOfA().list(List.of(a()), 2, null);
    assertThat(first.memories()).hasSize(2);
    assertThat(first.next()).isNotNull();
    assertThat(t.supportOfA().list(List.of(a()), 2, first.next()).memories()).hasSize(1);
    String token = first.next();
    List<ThrowingCallable> others =
        List.of(
            () -> t.supportOfB().list(List.of(b()), 2, token),
            () -> t.supportOfA().list(List.of(t.companyA() + "/product"), 2, token),
            () -> t.supportOfA().list(List.of(a()), "importance >= 0", 2, token),
            () -> t.supportOfA().list(List.of(a()), 2, token.substring(1) + "A"),
            () -> t.supportOfA().listStates(a(), null, 2, token),
            () -> t.supportOfB().export(List.of(b()), 2, token).next());
    for (ThrowingCallable other : others) {
      refused("PAGE_TOKEN_INVALID", other);
    }
    refused("PERMISSION_DENIED", () -> t.supportOfA().list(List.of(b()), 2, token));
  }

  @Test
  void aSearchsPageTokenContinuesOnlyTheRequestAndTheKeyThatItCameFrom() {
    for (int i = 0; i < MORE_THAN_ONE_ANSWER; i++) {
      t.supportOfA().store(a(), Seed.of(LARGE + i));
    }
    t.supportOfB().store(b(), Seed.of(secret));
    Page first = t.supportOfA().search(List.of(a()), ANY, null, MORE_THAN_ONE_ANSWER, null);
    String token = first.next();
    assertThat(token).isNotNull();
    Page second = t.supportOfA().search(List.of(a()), ANY, null, MORE_THAN_ONE_ANSWER, token);
    assertThat(second.next()).isNull();
    assertThat(first.memories().size() + second.memories().size()).isEqualTo(MORE_THAN_ONE_ANSWER);
    assertThat(second.memories()).doesNotContainAnyElementsOf(first.memories());
    List<ThrowingCallable> others =
        List.of(
            () -> t.supportOfB().search(List.of(b()), ANY, null, MORE_THAN_ONE_ANSWER, token),
            () ->
                t.supportOfA()
                    .search(
                        List.of(t.companyA() + "/product"), ANY, null, MORE_THAN_ONE_ANSWER, token),
            () ->
                t.supportOfA()
                    .search(List.of(a()), ANY, "importance >= 0", MORE_THAN_ONE_ANSWER, token),
            () ->
                t.supportOfA()
                    .search(
                        List.of(a()), new float[] {0, 1, 0, 0}, null, MORE_THAN_ONE_ANSWER, token),
            () -> t.supportOfA().search(List.of(a()), ANY, null, MORE_THAN_ONE_ANSWER + 1, token),
            () -> t.supportOfA().list(List.of(a()), 2, token));
    for (ThrowingCallable other : others) {
      refused("PAGE_TOKEN_INVALID", other);
    }
    refused(
        "PERMISSION_DENIED",
        () -> t.supportOfA().search(List.of(b()), ANY, null, MORE_THAN_ONE_ANSWER, token));
  }

  @Test
  void anIdempotencyKeyIsOnesOwn() {
    Seed seed = Seed.of("the same").idempotencyKey("key-1");
    Seen first = t.supportOfA().store(a(), seed);
    assertThat(t.supportOfA().store(a(), seed).memoryId()).isEqualTo(first.memoryId());
    Seen other = t.supportOfB().store(b(), seed);
    assertThat(other.memoryId()).isNotEqualTo(first.memoryId());
    refused(
        "IDEMPOTENCY_CONFLICT",
        () -> t.supportOfA().store(a(), Seed.of("another").idempotencyKey("key-1")));
    Seen ofAgentOne = t.agentOne().store(t.shared(), seed);
    assertThat(t.agentTwo().store(t.shared(), Seed.of("of two").idempotencyKey("key-1")).memoryId())
        .isNotEqualTo(ofAgentOne.memoryId());
  }
}
