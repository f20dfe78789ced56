package io.rekindle.node.pipeline.key;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.Action;
import io.rekindle.node.model.KeyCommand;
import io.rekindle.node.model.KeyInfo;
import io.rekindle.node.model.Reply;
import io.rekindle.node.storage.NamespaceStore;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** Says which keys there are, and has them wrapped anew, or replaced. */
public final class KeyHandler {
  private final Supplier<List<KeyInfo>> keys;
  private final NamespaceStore namespaces;
  private final Supplier<Map<String, String>> rewrapping;
  private final Function<AccessPass, Reply.ClusterKeyReplaced> replacing;

  /**
   * A handler.
   *
   * @param keys all of them, as this node sees them now
   * @param rewrapping has all nodes wrap the cluster key anew, and says by node id what went wrong
   * @param replacing gives the cluster a new key
   */
  public KeyHandler(
      Supplier<List<KeyInfo>> keys,
      NamespaceStore namespaces,
      Supplier<Map<String, String>> rewrapping,
      Function<AccessPass, Reply.ClusterKeyReplaced> replacing) {
    this.keys = keys;
    this.namespaces = namespaces;
    this.rewrapping = rewrapping;
    this.replacing = replacing;
  }

  public Reply handle(AccessPass pass, KeyCommand command) {
    return switch (command) {
      case KeyCommand.ListAll _ -> {
        pass.checkRoot(Action.MONITOR);
        yield new Reply.AllKeysListed(keys.get());
      }
      case KeyCommand.RewrapCluster _ -> {
        pass.checkRoot(Action.KEY_REWRAP);
        yield new Reply.ClusterKeyRewrapped(rewrapping.get());
      }
      case KeyCommand.ReplaceCluster _ -> {
        pass.checkRoot(Action.KEY_REPLACE);
        yield replacing.apply(pass);
      }
      case KeyCommand.RewrapTenant c ->
          new Reply.TenantKeyRewrapped(
              c.root(), namespaces.rewrapTenantKey(pass, c.root(), c.customerKey()));
    };
  }
}
