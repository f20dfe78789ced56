package io.rekindle.node.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.contract.TestDoor.Caller;
import io.rekindle.node.contract.TestDoor.Page;
import io.rekindle.node.contract.TestDoor.Refused;
import io.rekindle.node.contract.TestDoor.Seed;
import io.rekindle.node.contract.TestDoor.Seen;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every door must hold: two tenants who know nothing of each other, and two keys with
 * conditions in one namespace, for each of whom the other's rows do not exist.
 */
public abstract class IsolationContract {
  private static final float[] ANY = {1, 0, 0, 0};

  /** The tenants of one test. */
  public record Tenants(
      String companyA,
      String companyB,
      String shared,
      Caller supportOfA,
      Caller supportOfB,
      Caller agentOne,
      Caller agentTwo,
      Caller lowClearance) {}

  private Tenants t;
  private String secret;

  /**
   * Makes fresh tenants: {@code companyA/support}, {@code companyA/product}, {@code
   * companyB/support} and {@code shared}, all of the model {@code external} with four dimensions
   * and dedupe in {@code shared}; a read-write key for both namespaces of A, one for B's, two in
   * {@code shared} that speak for {@code a1} and {@code a2} under the condition {@code agent_id =
   * "..."}, and one in {@code shared} under {@code sensitivity <= internal}.
   */
  protected abstract Tenants tenants();

  @BeforeEach
  void prepare() {
    t = tenants();
    secret = "secret-" + UUID.randomUUID();
  }

  private String a() {
    return t.companyA() + "/support";
  }

  private String b() {
    return t.companyB() + "/support";
  }

  private static void refused(String reason, ThrowingCallable call) {
    refused(reason, call, _ -> {});
  }

  private static void refused(String reason, ThrowingCallable call, Consumer<Refused> more) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Refused.class,
            e -> {
              assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason);
              more.accept(e);
            });
  }

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
    Consumer<Refused> saysNothing = e -> assertThat(e.getMessage()).doesNotContain(secret, id);
    refused("PERMISSION_DENIED", () -> t.supportOfA().get(b(), id), saysNothing);
    refused("PERMISSION_DENIED", () -> t.supportOfA().getByExternalKey(b(), "k"), saysNothing);
    refused("PERMISSION_DENIED", () -> t.supportOfA().list(List.of(b()), 10, null), saysNothing);
    refused("PERMISSION_DENIED", () -> t.supportOfA().search(List.of(b()), ANY), saysNothing);
    refused(
        "PERMISSION_DENIED",
        () -> t.supportOfA().update(b(), id, Map.of("content", "x")),
        saysNothing);
    refused("PERMISSION_DENIED", () -> t.supportOfA().delete(b(), id), saysNothing);
    refused("PERMISSION_DENIED", () -> t.supportOfA().search(List.of(a(), b()), ANY), saysNothing);
    refused(
        "PERMISSION_DENIED",
        () -> t.supportOfA().search(List.of(t.companyB() + "/**"), ANY),
        saysNothing);
    assertThat(t.supportOfB().get(b(), id).content()).isEqualTo(secret);
  }

  @Test
  void aDenialDoesNotTellWhetherTheNamespaceExists() {
    String[] messages = new String[2];
    String absent = t.companyB() + "/absent";
    refused(
        "PERMISSION_DENIED",
        () -> t.supportOfA().list(List.of(b()), 10, null),
        e -> messages[0] = e.getMessage());
    refused(
        "PERMISSION_DENIED",
        () -> t.supportOfA().list(List.of(absent), 10, null),
        e -> messages[1] = e.getMessage());
    assertThat(withoutRequestId(messages[0])).isEqualTo(withoutRequestId(messages[1]));
  }

  private static String withoutRequestId(String message) {
    return message.replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "");
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
    assertThat(t.supportOfA().search(List.of(t.companyA() + "/**"), ANY))
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
    refused("PAGE_TOKEN_INVALID", () -> t.supportOfB().list(List.of(b()), 2, first.next()));
    refused(
        "PAGE_TOKEN_INVALID",
        () -> t.supportOfA().list(List.of(t.companyA() + "/product"), 2, first.next()));
    refused("PERMISSION_DENIED", () -> t.supportOfA().list(List.of(b()), 2, first.next()));
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
    Consumer<Refused> saysNothing =
        e -> assertThat(e.getMessage()).doesNotContain(secret, hidden.memoryId());
    refused(
        "UNIQUE_CONFLICT",
        () -> t.agentOne().store(t.shared(), Seed.of("other").externalKey("taken")),
        saysNothing);
    refused("UNIQUE_CONFLICT", () -> t.agentOne().store(t.shared(), Seed.of(secret)), saysNothing);
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
  void aReplayShowsTheRowOnlyToWhoMaySeeItNow() {
    Seed seed = Seed.of("mine for now").sensitivity("internal").idempotencyKey("replay");
    Seen stored = t.lowClearance().store(t.shared(), seed);
    t.supportOfA();
    relabelAsAdministrator(t.shared(), stored.memoryId(), "restricted");
    refused("MEMORY_NOT_FOUND", () -> t.lowClearance().store(t.shared(), seed));
  }

  /** Changes a row by a key that sees every row of the namespace. */
  protected abstract void relabelAsAdministrator(
      String namespace, String memoryId, String sensitivity);
}
