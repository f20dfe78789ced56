package io.rekindle.node.pipeline.state;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.AgentIdentity;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.AgentState;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.StateCommand;
import io.rekindle.node.pipeline.token.PageTokens;
import io.rekindle.node.storage.AgentStateStore;
import io.rekindle.node.storage.AgentStateStore.StateCursor;
import io.rekindle.node.storage.NamespaceStore;
import io.rekindle.node.storage.Page;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads and writes agent state. A key that speaks for an agent reaches that agent's state only. */
public final class StateHandler {
  private final NamespaceStore namespaces;
  private final AgentStateStore states;
  private final PageTokens tokens;

  public StateHandler(NamespaceStore namespaces, AgentStateStore states, PageTokens tokens) {
    this.namespaces = namespaces;
    this.states = states;
    this.tokens = tokens;
  }

  public Reply handle(AccessPass pass, StateCommand command) {
    return switch (command) {
      case StateCommand.Get c ->
          new Reply.State(
              states.get(pass, namespaceOf(pass, c.ref()), agentOf(pass, c.ref()), c.ref().key()));
      case StateCommand.Set c ->
          new Reply.State(
              states.set(
                  pass,
                  namespaceOf(pass, c.ref()),
                  agentOf(pass, c.ref()),
                  c.ref().key(),
                  c.value(),
                  c.expectedVersion(),
                  c.subjectId(),
                  c.idempotencyKey(),
                  pass.principal().keyId().value()));
      case StateCommand.Delete c -> {
        states.delete(
            pass,
            namespaceOf(pass, c.ref()),
            agentOf(pass, c.ref()),
            c.ref().key(),
            c.expectedVersion(),
            c.idempotencyKey(),
            pass.principal().keyId().value());
        yield new Reply.StateDeleted();
      }
      case StateCommand.ListPage c -> list(pass, c);
    };
  }

  private Reply list(AccessPass pass, StateCommand.ListPage command) {
    Namespace namespace = namespaces.open(pass, command.namespace());
    String agent = AgentIdentity.resolve(pass.principal(), command.agentId());
    List<@Nullable String> binding = Arrays.asList(namespace.path().toString(), agent);
    StateCursor after =
        command.page() == null ? null : cursor(tokens.open(pass, binding, command.page()));
    Page<AgentState> page = states.list(pass, namespace, agent, command.pageSize(), after);
    String next = page.more() ? tokens.seal(pass, binding, position(page.items().getLast())) : null;
    return new Reply.StateListed(page.items(), next);
  }

  private static StateCursor cursor(List<String> position) {
    return new StateCursor(position.get(0), position.get(1));
  }

  private static List<String> position(AgentState last) {
    return List.of(last.agentId(), last.key());
  }

  private Namespace namespaceOf(AccessPass pass, StateCommand.Ref ref) {
    return namespaces.open(pass, ref.namespace());
  }

  private static String agentOf(AccessPass pass, StateCommand.Ref ref) {
    return requireAgent(AgentIdentity.resolve(pass.principal(), ref.agentId()));
  }

  private static String requireAgent(@Nullable String agent) {
    if (agent == null) {
      throw RekindleException.invalid(
          "agent_id", "the API key speaks for no agent: name one in agent_id");
    }
    return agent;
  }
}
