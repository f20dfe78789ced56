package io.rekindle.node.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.Pass;
import io.rekindle.node.authn.ApiKeyMint;
import io.rekindle.node.authn.AuthenticationFailure;
import io.rekindle.node.authn.AuthenticationFailure.Reason;
import io.rekindle.node.authn.Authenticator;
import io.rekindle.node.authn.IssuedApiKey;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.AccessCommand.CreateKey;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.ApiKeyInfo;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.KeyScope;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespacePath;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** API keys and their grants, over the real caches. */
class ApiKeyStoreIT {
  private static final StorageNode NODE = SharedNode.node();
  private static final ApiKeyStore KEYS = NODE.storage().apiKeys();
  private static final GrantStore GRANTS = NODE.storage().grants();
  private static final Pass ALL = StorageNode.PASS;

  private final Namespace space = SharedNode.freshNamespace(StorageNode.modelSettings(1));
  private final Authenticator door = new Authenticator(KEYS, NODE.clock);

  @Test
  void aKeyOpensTheDoorUntilItIsRevokedAndNeverAgain() {
    IssuedApiKey key = create(null, grant("a"));
    assertThat(door.authenticate(key.text()).keyId()).isEqualTo(key.stored().id());

    Instant first = NODE.clock.instant();
    ApiKeyInfo revoked = KEYS.revoke(ALL, key.stored().id(), first);
    ApiKeyInfo again = KEYS.revoke(ALL, key.stored().id(), first.plusSeconds(60));

    assertThat(why(() -> door.authenticate(key.text()))).isEqualTo(Reason.REVOKED);
    assertThat(revoked.revokedAt()).isNotNull();
    assertThat(again).isEqualTo(revoked);
    assertThat(KEYS.get(ALL, key.stored().id())).isEqualTo(revoked);
  }

  @Test
  void aKeyEndsByItselfAtTheInstantThatItSays() {
    IssuedApiKey key = create(NODE.clock.instant().plus(Duration.ofMinutes(1)), grant("a"));
    door.authenticate(key.text());

    NODE.clock.advance(Duration.ofMinutes(2));

    assertThat(why(() -> door.authenticate(key.text()))).isEqualTo(Reason.EXPIRED);
  }

  @Test
  void whatWasCreatedIsReadBackWhole() {
    IssuedApiKey key = create(null, grant("a"), grant("b"));

    ApiKeyInfo info = KEYS.get(ALL, key.stored().id());

    assertThat(info.displayName()).isEqualTo("reader");
    assertThat(info.scope()).isEqualTo(KeyScope.READ_WRITE);
    assertThat(info.agentId()).isEqualTo("a7");
    assertThat(info.defaultNamespace()).isEqualTo(space.path());
    assertThat(info.grants()).containsExactly(grant("a"), grant("b"));
    assertThat(KEYS.isEmpty()).isFalse();
  }

  @Test
  void pagesAreAllKeysOnceInTheirOrder() {
    List<ApiKeyId> made = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      made.add(create(null, grant("a")).stored().id());
    }
    List<ApiKeyId> listed = new ArrayList<>();
    Page<ApiKeyInfo> page = KEYS.list(ALL, 2, null, _ -> true);
    while (page.more()) {
      assertThat(page.items()).hasSize(2);
      page.items().forEach(key -> listed.add(key.id()));
      page = KEYS.list(ALL, 2, listed.getLast(), _ -> true);
    }
    page.items().forEach(key -> listed.add(key.id()));

    assertThat(listed).containsAll(made).doesNotHaveDuplicates();
    assertThat(listed.stream().map(ApiKeyId::value)).isSorted();
  }

  @Test
  void whatTheCallerMayNotSeeLeavesNoGapInThePages() {
    List<ApiKeyId> made = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      made.add(create(null, grant("a")).stored().id());
    }
    made.sort(Comparator.comparing(ApiKeyId::value));
    List<ApiKeyId> seen = List.of(made.get(1), made.get(4));

    Page<ApiKeyInfo> page = KEYS.list(ALL, 1, null, key -> seen.contains(key.id()));
    assertThat(page.items()).extracting(ApiKeyInfo::id).containsExactly(seen.get(0));
    assertThat(page.more()).isTrue();
    page = KEYS.list(ALL, 1, seen.get(0), key -> seen.contains(key.id()));
    assertThat(page.items()).extracting(ApiKeyInfo::id).containsExactly(seen.get(1));
    assertThat(page.more()).as("nothing is told of the keys behind").isFalse();
  }

  @Test
  void aGrantIsAddedOnceAndTakenAwayOnce() {
    ApiKeyId key = create(null, grant("a")).stored().id();

    assertThat(GRANTS.add(ALL, key, grant("b"))).containsExactly(grant("a"), grant("b"));
    assertThat(GRANTS.add(ALL, key, grant("b"))).containsExactly(grant("a"), grant("b"));
    assertThat(GRANTS.remove(ALL, key, grant("a"))).containsExactly(grant("b"));
    assertThat(refusal(() -> GRANTS.remove(ALL, key, grant("a"))).code())
        .isEqualTo(ErrorCode.GRANT_NOT_FOUND);
    assertThat(GRANTS.grantsOf(key)).containsExactly(grant("b"));
  }

  @Test
  void noGrantIsLostWhenManyAreAddedAtOnce() throws Exception {
    ApiKeyId key = create(null, grant("a")).stored().id();
    List<FutureTask<List<GrantSpec>>> adding = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      GrantSpec grant = grant("n" + i);
      FutureTask<List<GrantSpec>> task = new FutureTask<>(() -> GRANTS.add(ALL, key, grant));
      adding.add(task);
      Thread.ofPlatform().start(task);
    }
    for (FutureTask<List<GrantSpec>> task : adding) {
      task.get();
    }

    assertThat(GRANTS.grantsOf(key)).hasSize(9);
  }

  @Test
  void aKeyHoldsAtMost256Grants() {
    GrantSpec[] most = new GrantSpec[CreateKey.GRANTS_MAX];
    for (int i = 0; i < most.length; i++) {
      most[i] = grant("n" + i);
    }
    ApiKeyId key = create(null, most).stored().id();

    assertThat(refusal(() -> GRANTS.add(ALL, key, grant("more"))).code())
        .isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    assertThat(GRANTS.add(ALL, key, most[7])).hasSize(most.length);
  }

  @Test
  void whatIsNotThereIsNotFound() {
    ApiKeyId nobody = new ApiKeyId("aaaaaaaaaaaaaaaa");

    assertThat(KEYS.findKey(nobody)).isNull();
    assertThat(GRANTS.grantsOf(nobody)).isEmpty();
    List<ThrowingCallable> asked =
        List.of(
            () -> KEYS.get(ALL, nobody),
            () -> KEYS.revoke(ALL, nobody, Instant.EPOCH),
            () -> GRANTS.add(ALL, nobody, grant("a")),
            () -> GRANTS.remove(ALL, nobody, grant("a")));
    for (ThrowingCallable call : asked) {
      assertThat(refusal(call).code()).isEqualTo(ErrorCode.API_KEY_NOT_FOUND);
    }
  }

  @Test
  void onlyWhoAdministersTheNamespaceOfAGrantChangesIt() {
    ApiKeyId key = create(null, grant("a")).stored().id();
    Pass reader = Passes.where(space, "version > 0", Action.ACCESS_READ);
    Pass elsewhere = Passes.where(space, "version > 0", Action.ACCESS_WRITE);
    GrantSpec outside = new GrantSpec(NamespacePath.parse("elsewhere"), null, Set.of());

    assertThat(KEYS.list(reader, 1, null, _ -> true).items()).hasSize(1);
    List<ThrowingCallable> asked =
        List.of(
            () -> KEYS.revoke(reader, key, Instant.EPOCH),
            () -> GRANTS.add(reader, key, grant("b")),
            () -> GRANTS.remove(reader, key, grant("a")),
            () -> GRANTS.add(elsewhere, key, outside),
            () -> GRANTS.add(elsewhere, key, new GrantSpec(null, null, Set.of())),
            () -> KEYS.list(elsewhere, 1, null, _ -> true));
    for (ThrowingCallable call : asked) {
      assertThat(refusal(call).code()).isEqualTo(ErrorCode.PERMISSION_DENIED);
    }
    assertThat(GRANTS.grantsOf(key)).containsExactly(grant("a"));
    assertThat(KEYS.get(ALL, key).revokedAt()).isNull();
  }

  @Test
  void eachOfTheTwoConditionsOfARevocationIsAsked() {
    ApiKeyId outside =
        create(null, new GrantSpec(NamespacePath.parse("elsewhere"), null, Set.of())).stored().id();
    ApiKeyId without = create(null, grant("a")).stored().id();
    assertThat(GRANTS.remove(ALL, without, grant("a"))).isEmpty();
    Pass writer = Passes.where(space, "version > 0", Action.ACCESS_WRITE);
    Pass reader = Passes.where(space, "version > 0", Action.ACCESS_READ);

    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> KEYS.revoke(writer, outside, Instant.EPOCH),
            () -> KEYS.revoke(reader, without, Instant.EPOCH))) {
      assertThat(refusal(call).code()).isEqualTo(ErrorCode.PERMISSION_DENIED);
    }
    assertThat(KEYS.get(ALL, outside).revokedAt()).isNull();
    assertThat(KEYS.get(ALL, without).revokedAt()).isNull();
  }

  @Test
  void noKeyIsMadeWithAGrantOfANamespaceThatIsAnothers() {
    Pass writer = Passes.where(space, "version > 0", Action.ACCESS_WRITE);
    GrantSpec outside = new GrantSpec(NamespacePath.parse("elsewhere"), null, Set.of());
    CreateKey command =
        new CreateKey("reader", KeyScope.READ_WRITE, null, null, null, List.of(outside));
    IssuedApiKey key =
        new ApiKeyMint().issue(command, KEYS.peppers().getFirst(), NODE.clock.instant());

    assertThat(refusal(() -> KEYS.create(writer, key.stored(), command.grants())).code())
        .isEqualTo(ErrorCode.PERMISSION_DENIED);
    assertThat(KEYS.findKey(key.stored().id())).isNull();
  }

  @Test
  void aKeyIsReadByWhoMayReadKeys() {
    ApiKeyId key = create(null, grant("a")).stored().id();
    Pass stranger = Passes.where(space, "version > 0", Action.GET);

    assertThat(refusal(() -> KEYS.get(stranger, key)).code())
        .isEqualTo(ErrorCode.PERMISSION_DENIED);
  }

  private GrantSpec grant(String child) {
    return new GrantSpec(NamespacePath.parse(space.path() + "/" + child), null, Set.of());
  }

  private IssuedApiKey create(@Nullable Instant expiresAt, GrantSpec... grants) {
    CreateKey command =
        new CreateKey(
            "reader", KeyScope.READ_WRITE, "a7", space.path(), expiresAt, List.of(grants));
    IssuedApiKey key =
        new ApiKeyMint().issue(command, KEYS.peppers().getFirst(), NODE.clock.instant());
    KEYS.create(ALL, key.stored(), command.grants());
    return key;
  }

  private static Reason why(ThrowingCallable call) {
    return Objects.requireNonNull(AuthenticationFailure.find(refusal(call))).reason();
  }

  private static RekindleException refusal(ThrowingCallable call) {
    RekindleException refusal = catchThrowableOfType(RekindleException.class, call);
    assertThat(refusal).isNotNull();
    return refusal;
  }
}
