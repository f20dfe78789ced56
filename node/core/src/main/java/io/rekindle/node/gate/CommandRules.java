package io.rekindle.node.gate;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.Action;
import io.rekindle.node.access.Authorizer;
import io.rekindle.node.authn.Principal;
import io.rekindle.node.model.AccessCommand;
import io.rekindle.node.model.AuditCommand;
import io.rekindle.node.model.BackupCommand;
import io.rekindle.node.model.ClusterCommand;
import io.rekindle.node.model.Command;
import io.rekindle.node.model.KeyCommand;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.NamespaceCommand;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSelector;
import io.rekindle.node.model.RequestId;
import io.rekindle.node.model.StateCommand;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says of every command which actions it is, on which namespaces, and asks for the pass. */
final class CommandRules {
  private final Authorizer authorizer;

  CommandRules(Authorizer authorizer) {
    this.authorizer = authorizer;
  }

  /**
   * What a command needs.
   *
   * @param selector null for commands about no namespace in particular
   * @param root whether only a grant on the root will do
   */
  record Need(Set<Action> actions, @Nullable NamespaceSelector selector, boolean root) {
    /** The action that the audit names. */
    Action action() {
      return actions.iterator().next();
    }

    List<NamespacePath> namespaces() {
      if (selector == null) {
        return List.of();
      }
      return selector.prefix() == null ? selector.named() : List.of(selector.prefix());
    }
  }

  /**
   * Mints the pass for a command.
   *
   * @throws io.rekindle.node.error.RekindleException PERMISSION_DENIED
   */
  AccessPass authorize(RequestId requestId, Principal principal, Need need) {
    if (need.root()) {
      return authorizer.authorizeRoot(requestId, principal, need.action());
    }
    if (need.selector() == null) {
      return authorizer.authorizeAnywhere(requestId, principal, need.action());
    }
    return authorizer.authorize(requestId, principal, need.actions(), need.selector());
  }

  static Need needOf(Command command) {
    return switch (command) {
      case MemoryCommand c -> needOf(c);
      case StateCommand.Get c -> on(Action.STATE_READ, c.ref().namespace());
      case StateCommand.ListPage c -> on(Action.STATE_READ, c.namespace());
      case StateCommand.Set c -> on(Action.STATE_WRITE, c.ref().namespace());
      case StateCommand.Delete c -> on(Action.STATE_WRITE, c.ref().namespace());
      case NamespaceCommand.Get c -> on(Action.NAMESPACE_READ, c.path());
      case NamespaceCommand.ListPage _ -> anywhere(Action.NAMESPACE_READ);
      case NamespaceCommand.Create c ->
          // Who names a customer's key has it asked, in that customer's name.
          new Need(
              EnumSet.of(Action.NAMESPACE_WRITE),
              NamespaceSelector.of(c.path()),
              c.customerKey() != null);
      case NamespaceCommand.Delete c -> on(Action.NAMESPACE_WRITE, c.path());
      case AccessCommand.ListKeys _ -> anywhere(Action.ACCESS_READ);
      case AccessCommand _ -> anywhere(Action.ACCESS_WRITE);
      case AuditCommand.ListRecords c ->
          c.namespace() == null ? anywhere(Action.AUDIT) : on(Action.AUDIT, c.namespace());
      case AuditCommand.Verify _ -> new Need(EnumSet.of(Action.AUDIT), null, true);
      case ClusterCommand.GetStatus _ -> new Need(EnumSet.of(Action.MONITOR), null, true);
      case ClusterCommand.ListNodes _ -> new Need(EnumSet.of(Action.MONITOR), null, true);
      case ClusterCommand.ChangeBaseline _,
          ClusterCommand.ResetLost _,
          ClusterCommand.RotateGroupKeys _ ->
          new Need(EnumSet.of(Action.CLUSTER_WRITE), null, true);
      case BackupCommand.ListAll _, BackupCommand.Verify _ ->
          new Need(EnumSet.of(Action.BACKUP_READ), null, true);
      case BackupCommand.Create _ -> new Need(EnumSet.of(Action.BACKUP_CREATE), null, true);
      case BackupCommand.Delete _ -> new Need(EnumSet.of(Action.BACKUP_DELETE), null, true);
      case KeyCommand.ListAll _ -> new Need(EnumSet.of(Action.MONITOR), null, true);
      case KeyCommand.RewrapCluster _ -> new Need(EnumSet.of(Action.KEY_REWRAP), null, true);
      case KeyCommand.ReplaceCluster _ -> new Need(EnumSet.of(Action.KEY_REPLACE), null, true);
      case KeyCommand.RewrapTenant c ->
          // Who moves it to another customer's key decides who may take it away.
          new Need(
              EnumSet.of(c.customerKey() == null ? Action.KEY_REWRAP : Action.KEY_MOVE),
              NamespaceSelector.of(c.root()),
              c.customerKey() != null);
      case ClusterCommand.WhoAmI _ -> anywhere(Action.WHO_AM_I);
    };
  }

  private static Need needOf(MemoryCommand command) {
    return switch (command) {
      case MemoryCommand.Store c -> on(Action.STORE, c.namespace());
      case MemoryCommand.Get c -> on(Action.GET, c.namespace());
      case MemoryCommand.ListPage c -> new Need(EnumSet.of(Action.LIST), c.namespaces(), false);
      case MemoryCommand.Search c -> new Need(EnumSet.of(Action.SEARCH), c.namespaces(), false);
      case MemoryCommand.Delete c -> on(Action.DELETE, c.namespace());
      case MemoryCommand.Update c ->
          new Need(
              c.patch().relabels()
                  ? EnumSet.of(Action.UPDATE, Action.RELABEL)
                  : EnumSet.of(Action.UPDATE),
              NamespaceSelector.of(c.namespace()),
              false);
    };
  }

  private static Need on(Action action, NamespacePath namespace) {
    return new Need(EnumSet.of(action), NamespaceSelector.of(namespace), false);
  }

  private static Need anywhere(Action action) {
    return new Need(EnumSet.of(action), null, false);
  }
}
