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
   * Reads one namespace for what is in it.
   *
   * @throws io.rekindle.node.error.RekindleException NAMESPACE_NOT_FOUND; KEY_REVOKED while the
   *     tenant's own key is not to be had
   */
  Namespace open(Pass pass, NamespacePath path);

  /**
   * Makes a namespace and its keys; the namespaces above it need not exist.
   *
   * @param customerKey the customer's key that is to wrap those of a root namespace, and of all
   *     below it, by its name in the configuration; null for what the root has, or gets where
   *     nothing else is said
   * @throws io.rekindle.node.error.RekindleException NAMESPACE_EXISTS; INVALID_ARGUMENT when the
   *     root has another key; as {@link io.rekindle.node.keyring.TenantKeys#make}
   */
  Namespace create(
      Pass pass, NamespacePath path, NamespaceSettings settings, @Nullable String customerKey);

  /** As above, under the keys that the root has, or gets where nothing else is said. */
  default Namespace create(Pass pass, NamespacePath path, NamespaceSettings settings) {
    return create(pass, path, settings, null);
  }

  /**
   * The customer's key of a namespace's root, by its name; null for the cluster's. A pass for any
   * action on the namespace will do.
   */
  @Nullable String customerKey(Pass pass, NamespacePath path);

  /**
   * Has the tenant's own key wrapped anew, under the newest version of the customer's key, or by
   * another; no data is touched.
   *
   * @param root a root namespace that has such a key
   * @param customerKey the other; null for the same
   * @return the name of the customer's key that has wrapped it
   * @throws io.rekindle.node.error.RekindleException NAMESPACE_NOT_FOUND; INVALID_ARGUMENT when it
   *     has none; NOT_READY when another request does the same; as {@link
   *     io.rekindle.node.keyring.TenantKeys#rewrap}
   */
  String rewrapTenantKey(Pass pass, NamespacePath root, @Nullable String customerKey);

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
   *     prefix reaches more than 64; KEY_REVOKED as {@link #open}, for any of them
   */
  List<Namespace> resolve(Pass pass, NamespaceSelector selector);
}
