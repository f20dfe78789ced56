package io.rekindle.node.pipeline.search;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.embedding.EmbeddingWaits;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.ContentId;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSelector;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.Reply.WaitOutcome;
import io.rekindle.node.model.WaitFor;
import io.rekindle.node.pipeline.token.WaitTokens;
import io.rekindle.node.storage.VectorStore;
import io.rekindle.node.storage.VectorStore.ContentState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a search waits for before it looks. It waits once: what is not embedded by then is named in
 * its answer.
 *
 * <p>The search is not held up here. It is put off, without a pass, and handled again from the
 * beginning when the wait is over: what it is shown then is what it may see then, whatever was
 * granted or revoked meanwhile. A token is looked up under the row filter, so that one of a hidden
 * memory is one of a memory that is gone. Thread-safe.
 */
public final class SearchWaits {
  private static final Looked NOTHING = new Looked(null, null);

  private final WaitTokens tokens;
  private final VectorStore vectors;
  private final EmbeddingWaits waits;
  private final NodeConfig.Requests limits;

  public SearchWaits(
      WaitTokens tokens, VectorStore vectors, EmbeddingWaits waits, NodeConfig.Requests limits) {
    this.tokens = tokens;
    this.vectors = vectors;
    this.waits = waits;
    this.limits = limits;
  }

  /**
   * How it stands with what a search waits for.
   *
   * @param notYet set when the search is put off
   * @param outcome set when it is not, and names something to wait for
   */
  record Looked(Reply.@Nullable NotYet notYet, @Nullable WaitOutcome outcome) {}

  /**
   * Looks at what a search is to wait for, and begins to wait when it has to.
   *
   * @param selected the namespaces that the search looks in
   * @throws RekindleException INVALID_ARGUMENT naming {@code wait_for[i]}; LIMIT_EXCEEDED naming
   *     {@code wait_timeout}; TOO_MANY_REQUESTS when too many wait
   */
  Looked look(AccessPass pass, MemoryCommand.Search command, List<Namespace> selected) {
    WaitFor wait = command.waitFor();
    if (wait.tokens().isEmpty() || command.page() != null) {
      return NOTHING;
    }
    Duration atMost = wait.atMost(limits.waitDefault(), limits.waitMax());
    List<ContentId> contents = open(pass, command.namespaces(), wait.tokens());
    Map<NamespacePath, Namespace> byPath = new HashMap<>();
    selected.forEach(namespace -> byPath.put(namespace.path(), namespace));
    List<Integer> pending = new ArrayList<>();
    List<Integer> failed = new ArrayList<>();
    for (int i = 0; i < contents.size() && command.ranking().mode().usesMeaning(); i++) {
      Namespace namespace = byPath.get(contents.get(i).namespace());
      switch (state(pass, namespace, contents.get(i))) {
        case PENDING -> pending.add(i);
        case FAILED -> failed.add(i);
        case EMBEDDED, GONE -> {}
      }
    }
    if (pending.isEmpty() || wait.waited() != null || !atMost.isPositive()) {
      return new Looked(null, new WaitOutcome(pending, failed));
    }
    List<ContentId> awaited = pending.stream().map(contents::get).toList();
    return new Looked(
        new Reply.NotYet(waits.begin(pass.principal().keyId(), awaited, atMost)), null);
  }

  /** A namespace that is not selected is gone, or one below the prefix that is not granted. */
  private ContentState state(AccessPass pass, @Nullable Namespace namespace, ContentId content) {
    if (namespace == null) {
      return ContentState.GONE;
    }
    ContentState state =
        vectors.stateOf(pass, namespace, content.memoryId(), content.contentVersion());
    if (state == ContentState.EMBEDDED) {
      vectors.awaitCommit(pass, namespace, content.memoryId());
    }
    return state;
  }

  private List<ContentId> open(AccessPass pass, NamespaceSelector asked, List<String> texts) {
    List<ContentId> contents = new ArrayList<>(texts.size());
    for (int i = 0; i < texts.size(); i++) {
      ContentId content = tokens.find(pass, texts.get(i));
      if (content == null) {
        throw RekindleException.invalid(
            "wait_for[" + i + "]", "not the wait token of a store or update of this API key");
      }
      if (!asked.selects(content.namespace())) {
        throw RekindleException.invalid(
            "wait_for[" + i + "]", "the token is of a namespace that the search does not name");
      }
      contents.add(content);
    }
    return contents;
  }
}
