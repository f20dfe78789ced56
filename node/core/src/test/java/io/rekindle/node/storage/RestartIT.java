package io.rekindle.node.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.authn.ApiKeyMint;
import io.rekindle.node.authn.Authenticator;
import io.rekindle.node.authn.IssuedApiKey;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.AccessCommand.CreateKey;
import io.rekindle.node.model.AgentState;
import io.rekindle.node.model.ApiKeyInfo;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.KeyScope;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.storage.row.CacheName;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.DataKeyRow;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.transactions.Transaction;
import org.apache.ignite.transactions.TransactionConcurrency;
import org.apache.ignite.transactions.TransactionIsolation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node finds on its folder when it starts again: everything, and what was cut short. */
class RestartIT {
  private static final IdempotencyKey ONCE = new IdempotencyKey("once");
  private static final GrantSpec GRANT =
      new GrantSpec(NamespacePath.parse("kept/a"), "version > 0", Set.of("audit"));

  @TempDir Path folder;

  /** What was acknowledged before the restart. */
  private record Before(
      Namespace kept,
      Namespace gone,
      MemoryId memory,
      AgentState state,
      ApiKeyInfo revoked,
      ApiKeyInfo ending,
      IssuedApiKey issued,
      byte[] subject) {}

  @Test
  void aRestartKeepsWhatWasAcknowledgedAndEndsWhatWasCutShort() throws Exception {
    Before before;
    try (StorageNode node = new StorageNode(folder)) {
      before = fill(node);
    }
    try (StorageNode node = new StorageNode(folder)) {
      checkRegistries(node, before);
      checkContent(node, before);
      checkCutShort(node, before);
    }
  }

  @Test
  void aDeleteThatCannotBeEndedKeepsNoOtherBackAndIsTriedAgain() throws Exception {
    try (StorageNode node = new StorageNode(folder)) {
      node.namespace("locked/a", StorageNode.modelSettings(1));
      IgniteCache<Object, Object> keys = Caches.cache(node.ignite(), CacheName.DATA_KEY);
      UUID locked = keyWithoutName(keys, "locked/x");
      List<UUID> others =
          IntStream.range(0, 8).mapToObj(i -> keyWithoutName(keys, "free/x" + i)).toList();
      NamespaceStore namespaces = node.storage().namespaces();
      try (Transaction _ =
          node.ignite()
              .transactions()
              .txStart(TransactionConcurrency.PESSIMISTIC, TransactionIsolation.REPEATABLE_READ)) {
        assertThat(keys.get("locked")).isNotNull();
        FutureTask<Integer> resumed =
            new FutureTask<>(() -> namespaces.resumeDeletes(StorageNode.PASS));
        Thread.ofPlatform().start(resumed);
        assertThatThrownBy(resumed::get).hasCauseInstanceOf(RekindleException.class);
      }
      assertThat(others).noneMatch(keys::containsKey);
      assertThat(keys.containsKey(locked)).isTrue();

      assertThat(namespaces.resumeDeletes(StorageNode.PASS)).isEqualTo(1);

      assertThat(keys.containsKey(locked)).isFalse();
    }
  }

  private static UUID keyWithoutName(IgniteCache<Object, Object> keys, String path) {
    UUID id = NamespaceId.of(UUID.randomUUID()).value();
    keys.put(id, new DataKeyRow(NamespacePath.parse(path), 1, new byte[] {1, 2, 3}));
    return id;
  }

  private static Before fill(StorageNode node) {
    Writes writes = new Writes(node.storage());
    Namespace kept = node.namespace("kept/a", StorageNode.modelSettings(2));
    MemoryId memory = writes.storeAll(kept, new MemoryId(UUID.randomUUID()));
    AgentState state = setOnce(node, kept);
    IssuedApiKey revoked = key(node, null);
    IssuedApiKey ending = key(node, Instant.parse("2100-01-01T00:00:00Z"));
    node.storage().apiKeys().revoke(StorageNode.PASS, revoked.stored().id(), node.clock.instant());
    return new Before(
        kept,
        cutShort(node, writes),
        memory,
        state,
        node.storage().apiKeys().get(StorageNode.PASS, revoked.stored().id()),
        node.storage().apiKeys().get(StorageNode.PASS, ending.stored().id()),
        ending,
        node.keyring().subjectDigest(kept.id(), "person"));
  }

  private static AgentState setOnce(StorageNode node, Namespace kept) {
    return node.storage()
        .agentStates()
        .set(StorageNode.PASS, kept, "agent", "key", "{\"n\":1}", 0L, "person", ONCE, "lineage");
  }

  private static IssuedApiKey key(StorageNode node, @Nullable Instant expiresAt) {
    CreateKey command =
        new CreateKey("key", KeyScope.ADMIN, "a7", GRANT.namespace(), expiresAt, List.of(GRANT));
    ApiKeyStore keys = node.storage().apiKeys();
    IssuedApiKey key =
        new ApiKeyMint().issue(command, keys.peppers().getFirst(), node.clock.instant());
    keys.create(StorageNode.PASS, key.stored(), command.grants());
    return key;
  }

  /**
   * As a kill leaves them: one delete behind the transaction that took the name, whose path was
   * taken again, and one create before the name, whose key alone was written.
   */
  private static Namespace cutShort(StorageNode node, Writes writes) {
    Namespace gone = node.namespace("gone/a", StorageNode.modelSettings(4));
    for (int i = 0; i < 20; i++) {
      MemoryId id = writes.storeAll(gone, new MemoryId(UUID.randomUUID()));
      PendingText text = writes.pending(gone, id);
      if (text != null) {
        writes.complete(gone, id, text.contentVersion());
      }
      writes.count(gone, id);
      writes.set(gone, "agent", "key" + i);
    }
    Caches.<String, Object>cache(node.ignite(), CacheName.NAMESPACE).remove("gone/a");
    writes.storeAll(
        node.namespace("gone/a", StorageNode.modelSettings(1)), new MemoryId(UUID.randomUUID()));
    keyWithoutName(Caches.cache(node.ignite(), CacheName.DATA_KEY), "gone/never");
    return gone;
  }

  private static void checkRegistries(StorageNode node, Before before) {
    ApiKeyStore keys = node.storage().apiKeys();
    assertThat(keys.isEmpty()).isFalse();
    assertThat(keys.get(StorageNode.PASS, before.revoked().id())).isEqualTo(before.revoked());
    assertThat(before.revoked().revokedAt()).isNotNull();
    assertThat(keys.get(StorageNode.PASS, before.ending().id())).isEqualTo(before.ending());
    assertThat(new Authenticator(keys, node.clock).authenticate(before.issued().text()).keyId())
        .isEqualTo(before.ending().id());
    assertThat(node.storage().grants().grantsOf(before.ending().id())).containsExactly(GRANT);
    assertThat(node.storage().namespaces().get(StorageNode.PASS, before.kept().path()))
        .isEqualTo(before.kept());
  }

  private static void checkContent(StorageNode node, Before before) {
    Writes writes = new Writes(node.storage());
    assertThat(setOnce(node, before.kept())).isEqualTo(before.state());
    assertThat(writes.storeAll(before.kept(), before.memory())).isEqualTo(before.memory());
    assertThat(
            node.storage()
                .memories()
                .get(StorageNode.PASS, before.kept(), before.memory())
                .columns()
                .version())
        .isEqualTo(1);
    assertThat(node.keyring().subjectDigest(before.kept().id(), "person"))
        .isEqualTo(before.subject());
  }

  private static void checkCutShort(StorageNode node, Before before) {
    assertThat(Leftovers.of(node, before.gone())).hasSizeGreaterThan(100);
    List<Namespace> existing =
        node.storage().namespaces().list(StorageNode.PASS, null, 10, null).items();

    assertThat(node.storage().namespaces().resumeDeletes(StorageNode.PASS)).isEqualTo(2);

    assertThat(Leftovers.ofAllGone(node)).isEmpty();
    assertThat(node.storage().namespaces().resumeDeletes(StorageNode.PASS)).isZero();
    assertThat(node.storage().namespaces().list(StorageNode.PASS, null, 10, null).items())
        .isEqualTo(existing)
        .hasSize(2);
    for (Namespace namespace : existing) {
      assertThat(Leftovers.of(node, namespace)).isNotEmpty();
    }
  }
}
