package io.rekindle.node.pipeline.list;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.Reply;
import io.rekindle.node.pipeline.token.PageTokens;
import io.rekindle.node.storage.Cursor;
import io.rekindle.node.storage.MemoryPage;
import io.rekindle.node.storage.MemoryStore;
import io.rekindle.node.storage.NamespaceStore;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists memories newest first; a page continues after the last memory of the one before. */
public final class ListHandler {
  private final NamespaceStore namespaces;
  private final MemoryStore memories;
  private final PageTokens tokens;

  public ListHandler(NamespaceStore namespaces, MemoryStore memories, PageTokens tokens) {
    this.namespaces = namespaces;
    this.memories = memories;
    this.tokens = tokens;
  }

  public Reply handle(AccessPass pass, MemoryCommand.ListPage command) {
    List<Namespace> selected = namespaces.resolve(pass, command.namespaces());
    Filter filter = command.filter() == null ? Filter.ALL : FilterParser.parse(command.filter());
    List<@Nullable String> binding =
        Arrays.asList(command.namespaces().toString(), command.filter());
    Cursor after =
        command.page() == null ? null : cursor(tokens.open(pass, binding, command.page()));
    MemoryPage page =
        memories.list(pass, selected, filter, command.pageSize(), after, command.withVectors());
    Cursor next = page.next();
    return new Reply.Listed(
        page.memories(), next == null ? null : tokens.seal(pass, binding, position(next)));
  }

  private static List<String> position(Cursor next) {
    return List.of(next.createdAt().toString(), next.memoryId().toString());
  }

  private static Cursor cursor(List<String> position) {
    return new Cursor(Instant.parse(position.get(0)), MemoryId.parse(position.get(1)));
  }
}
