package io.rekindle.node.endpoint.grpc;

import io.rekindle.node.model.Command;
import io.rekindle.node.model.NamespacePath;
import org.jspecify.annotations.Nullable;

/** Reads one kind of request message. */
@FunctionalInterface
interface WireDecoder<Q> {
  /**
   * Reads a request.
   *
   * @param defaultNamespace the API key's, for requests that name none
   * @throws io.rekindle.node.error.RekindleException naming the field at fault
   */
  Command decode(Q request, @Nullable NamespacePath defaultNamespace);
}
