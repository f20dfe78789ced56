package io.rekindle.node.gate;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.model.AccessCommand;
import io.rekindle.node.model.AuditCommand;
import io.rekindle.node.model.BackupCommand;
import io.rekindle.node.model.ClusterCommand;
import io.rekindle.node.model.Command;
import io.rekindle.node.model.KeyCommand;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.NamespaceCommand;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.StateCommand;
import io.rekindle.node.pipeline.apikey.ApiKeyHandler;
import io.rekindle.node.pipeline.audit.AuditHandler;
import io.rekindle.node.pipeline.backup.BackupHandler;
import io.rekindle.node.pipeline.cluster.ClusterHandler;
import io.rekindle.node.pipeline.delete.DeleteHandler;
import io.rekindle.node.pipeline.get.GetHandler;
import io.rekindle.node.pipeline.key.KeyHandler;
import io.rekindle.node.pipeline.list.ListHandler;
import io.rekindle.node.pipeline.namespace.NamespaceHandler;
import io.rekindle.node.pipeline.search.SearchHandler;
import io.rekindle.node.pipeline.state.StateHandler;
import io.rekindle.node.pipeline.status.StatusHandler;
import io.rekindle.node.pipeline.store.StoreHandler;
import io.rekindle.node.pipeline.update.UpdateHandler;

/** Finds the handler of a command. The compiler checks that every command has one. */
public record CommandDispatcher(
    StoreHandler store,
    GetHandler get,
    ListHandler list,
    SearchHandler search,
    UpdateHandler update,
    DeleteHandler delete,
    StateHandler state,
    NamespaceHandler namespace,
    ApiKeyHandler apiKey,
    AuditHandler audit,
    StatusHandler status,
    ClusterHandler cluster,
    BackupHandler backup,
    KeyHandler key) {

  Reply dispatch(AccessPass pass, Command command) {
    return switch (command) {
      case MemoryCommand.Store c -> store.handle(pass, c);
      case MemoryCommand.Get c -> get.handle(pass, c);
      case MemoryCommand.ListPage c -> list.handle(pass, c);
      case MemoryCommand.Search c -> search.handle(pass, c);
      case MemoryCommand.Update c -> update.handle(pass, c);
      case MemoryCommand.Delete c -> delete.handle(pass, c);
      case StateCommand c -> state.handle(pass, c);
      case NamespaceCommand c -> namespace.handle(pass, c);
      case AccessCommand c -> apiKey.handle(pass, c);
      case AuditCommand c -> audit.handle(pass, c);
      case BackupCommand c -> backup.handle(pass, c);
      case KeyCommand c -> key.handle(pass, c);
      case ClusterCommand.GetStatus _ -> status.status(pass);
      case ClusterCommand.WhoAmI _ -> status.whoAmI(pass);
      case ClusterCommand.ListNodes _ -> cluster.listNodes(pass);
      case ClusterCommand.ChangeBaseline c -> cluster.change(pass, c);
      case ClusterCommand.ResetLost c -> cluster.resetLost(pass, c);
      case ClusterCommand.RotateGroupKeys _ -> cluster.rotateGroupKeys(pass);
    };
  }
}
