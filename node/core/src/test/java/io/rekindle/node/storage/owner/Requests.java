package io.rekindle.node.storage.owner;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.Action;
import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.MemoryDraft;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.Reply;
import io.rekindle.node.storage.Drafts;
import io.rekindle.node.storage.MemoryPage;
import io.rekindle.node.storage.SearchQuery;
import io.rekindle.node.storage.owner.TestCluster.Node;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;

/** What is asked of one node of a cluster, whoever owns what it is about. */
final class Requests {
  static final Action[] ALL = {
    Action.STORE,
    Action.GET,
    Action.LIST,
    Action.SEARCH,
    Action.UPDATE,
    Action.DELETE,
    Action.STATE_READ,
    Action.STATE_WRITE
  };

  private Requests() {}

  static MemoryId store(
      Node entry,
      AccessPass pass,
      Namespace space,
      MemoryDraft draft,
      @Nullable IdempotencyKey key) {
    Reply.StoreResult result =
        entry
            .owned
            .memories()
            .store(pass, space, draft, new MemoryId(UUID.randomUUID()), "a1", key, "key");
    return java.util.Objects.requireNonNull(result.memory()).memoryId();
  }

  static MemoryPage list(Node entry, AccessPass pass, List<Namespace> spaces) {
    return entry.owned.memories().list(pass, spaces, Filter.ALL, 100, null, true);
  }

  static SearchQuery byWords(String words) {
    return SearchQuery.byWords(words, 10, null, Filter.ALL);
  }

  static float[] unit(long seed) {
    return Drafts.vectorOf(seed);
  }

  static List<MemoryId> found(Node entry, AccessPass pass, Namespace space) {
    SearchQuery query = SearchQuery.byMeaning(unit(1), 10, null, Filter.ALL, 1);
    return entry.owned.memories().search(pass, List.of(space), query, null).hits().stream()
        .map(hit -> hit.memory().memoryId())
        .toList();
  }

  static RekindleException refusal(ThrowingCallable call) {
    return catchThrowableOfType(RekindleException.class, call);
  }
}
