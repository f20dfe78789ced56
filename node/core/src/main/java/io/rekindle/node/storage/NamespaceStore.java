package io.rekindle.node.storage;

import io.rekindle.node.access.Pass;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSelector;
import io.rekindle.node.model.NamespaceSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The namespaces. Thread-safe. */
public interface NamespaceStore {
  /**
   * Reads one namespace; a pass for any action on it will do.
   *
   * @throws io.rekindle.node.error.RekindleException NAMESPACE_NOT_FOUND
   */
  Namespace get(Pass pass, NamespacePath path);

  /**
   * Makes a namespace and its keys; the namespaces above it need not exist.
   *
   * @throws io.rekindle.node.error.RekindleException NAMESPACE_EXISTS
   */
  Namespace create(Pass pass, NamespacePath path, NamespaceSettings settings);

  /**
   * Lists by name what the pass covers.
   *
   * @param below only this path and what lies below it, or null for everything
   * @param after the last path of the page before, or null
   */
  Page<Namespace> list(
      Pass pass, @Nullable NamespacePath below, int pageSize, @Nullable NamespacePath after);

  /**
   * Deletes a namespace and its keys. Its name goes first, once no write to it is in flight, and is
   * free from then on; what is in it follows in bounded transactions, which {@link #resumeDeletes}
   * goes on with if they are cut short.
   *
   * @param withMemories deletes what is in it, too
   * @return memories deleted
   * @throws io.rekindle.node.error.RekindleException NAMESPACE_NOT_EMPTY when it has children, or
   *     rows and {@code withMemories} is false; NAMESPACE_NOT_FOUND; NOT_READY, with nothing done,
   *     when writes to it do not end within ten seconds or another request deletes it
   */
  long delete(Pass pass, NamespacePath path, boolean withMemories);

  /**
   * Ends the deletes that a crash or an error cut short; for background work. Costs nothing when
   * there were none since the last call.
   *
   * @return how many namespaces that were
   */
  int resumeDeletes(Pass pass);

  /**
   * The namespaces that a request is about: those it names, which must exist, or those below its
   * prefix that the pass covers.
   *
   * @throws io.rekindle.node.error.RekindleException NAMESPACE_NOT_FOUND; LIMIT_EXCEEDED when the
   *     prefix reaches more than 64
   */
  List<Namespace> resolve(Pass pass, NamespaceSelector selector);
}
