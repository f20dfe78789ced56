package io.rekindle.node.pipeline.audit;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.Action;
import io.rekindle.node.audit.AuditCursor;
import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.audit.AuditPage;
import io.rekindle.node.audit.AuditQuery;
import io.rekindle.node.audit.AuditRecord;
import io.rekindle.node.audit.BlockSink;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.AuditCommand;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.Reply;
import io.rekindle.node.pipeline.token.PageTokens;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads and verifies the audit log. An auditor sees the records whose every namespace lies within
 * their grants; records of no namespace are for auditors of the root.
 */
public final class AuditHandler {
  private final AuditLog log;
  private final PageTokens tokens;
  private final Chains chains;
  private final NodeChains nodes;

  /** Finds the blocks of nodes. */
  public interface Chains {
    /** Those of another node, to be read; null for this node's. */
    @Nullable BlockSink findOther(UUID node);
  }

  public AuditHandler(AuditLog log, PageTokens tokens, Chains chains, NodeChains nodes) {
    this.log = log;
    this.tokens = tokens;
    this.chains = chains;
    this.nodes = nodes;
  }

  public Reply handle(AccessPass pass, AuditCommand command) {
    return switch (command) {
      case AuditCommand.ListRecords c -> list(pass, c);
      case AuditCommand.Verify c -> {
        pass.checkRoot(Action.AUDIT);
        UUID node = c.node();
        yield node == null ? nodes.verifyAll(pass) : nodes.verify(pass, node);
      }
    };
  }

  private @Nullable BlockSink other(@Nullable UUID node) {
    BlockSink other = node == null ? null : chains.findOther(node);
    if (other != null && other.lastBlock() == 0) {
      throw new RekindleException(
          ErrorCode.NODE_NOT_FOUND, "no such node has an audit here", Map.of("field", "node_id"));
    }
    return other;
  }

  private Reply list(AccessPass pass, AuditCommand.ListRecords command) {
    List<@Nullable String> binding =
        Arrays.asList(
            Objects.toString(command.namespace()),
            Objects.toString(command.principal()),
            Objects.toString(command.deniedOnly()),
            Objects.toString(command.from()),
            Objects.toString(command.to()),
            Objects.toString(command.node()));
    AuditCursor before =
        command.page() == null
            ? null
            : AuditCursor.parse(tokens.open(pass, binding, command.page()).getFirst());
    boolean root = pass.grants().stream().map(GrantSpec::namespace).anyMatch(Objects::isNull);
    AuditQuery query =
        new AuditQuery(
            record -> visible(pass, root, record),
            command.namespace(),
            command.principal(),
            Boolean.TRUE.equals(command.deniedOnly()),
            command.from(),
            command.to(),
            command.pageSize(),
            before);
    BlockSink other = other(command.node());
    AuditPage page = other == null ? log.list(query) : log.list(query, other);
    AuditCursor next = page.next();
    return new Reply.AuditListed(
        page.entries(), next == null ? null : tokens.seal(pass, binding, List.of(next.text())));
  }

  private static boolean visible(AccessPass pass, boolean root, AuditRecord record) {
    return root
        || (!record.namespaces().isEmpty() && record.namespaces().stream().allMatch(pass::covers));
  }
}
