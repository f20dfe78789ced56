package io.rekindle.node.pipeline.key;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.Action;
import io.rekindle.node.model.KeyCommand;
import io.rekindle.node.model.KeyInfo;
import io.rekindle.node.model.Reply;
import io.rekindle.node.storage.NamespaceStore;
import java.util.List;
import java.util.function.Supplier;

/** Says which keys there are, and has tenants' keys wrapped anew. */
public final class KeyHandler {
  private final Supplier<List<KeyInfo>> keys;
  private final NamespaceStore namespaces;

  /**
   * A handler.
   *
   * @param keys all of them, as this node sees them now
   */
  public KeyHandler(Supplier<List<KeyInfo>> keys, NamespaceStore namespaces) {
    this.keys = keys;
    this.namespaces = namespaces;
  }

  public Reply handle(AccessPass pass, KeyCommand command) {
    return switch (command) {
      case KeyCommand.ListAll _ -> {
        pass.checkRoot(Action.MONITOR);
        yield new Reply.AllKeysListed(keys.get());
      }
      case KeyCommand.RewrapTenant c ->
          new Reply.TenantKeyRewrapped(
              c.root(), namespaces.rewrapTenantKey(pass, c.root(), c.customerKey()));
    };
  }
}
