package io.rekindle.node.bootstrap;

import io.rekindle.node.access.SystemPass;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.ContentId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.VectorStore.ContentState;
import io.rekindle.node.storage.engine.IgniteStorage;
import java.util.function.Predicate;

/**
 * Whether nobody need wait for a content any more: it is embedded, failed, replaced or gone. Only
 * wakes who waits; what they may see of it they are told under their own pass.
 */
record SettledContents(IgniteStorage storage, SystemPass pass) implements Predicate<ContentId> {
  @Override
  public boolean test(ContentId content) {
    try {
      Namespace namespace = storage.namespaces().get(pass, content.namespace());
      return storage
              .vectors()
              .stateOf(pass, namespace, content.memoryId(), content.contentVersion())
          != ContentState.PENDING;
    } catch (RekindleException e) {
      if (e.code() == ErrorCode.NAMESPACE_NOT_FOUND || e.code() == ErrorCode.KEY_REVOKED) {
        return true;
      }
      throw e;
    }
  }
}
