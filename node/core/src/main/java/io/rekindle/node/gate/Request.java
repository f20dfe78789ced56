package io.rekindle.node.gate;

import io.rekindle.node.model.Command;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.RequestId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One request as a door hands it over: nothing in it is trusted or decoded yet.
 *
 * @param transport the protocol, such as {@code grpc}
 * @param peer the client's address, from the socket
 * @param credential the API key as text, or null when there is none
 * @param deadline after it nobody waits for the answer
 * @param decoder runs only once the caller is known
 */
public record Request(
    RequestId id,
    String transport,
    String peer,
    @Nullable String credential,
    Instant deadline,
    Decoder decoder) {

  /** Turns the wire form into a command; refuses what is malformed or over its limits. */
  @FunctionalInterface
  public interface Decoder {
    /**
     * Decodes and bounds the request.
     *
     * @param defaultNamespace the API key's, for requests that name none
     * @throws io.rekindle.node.error.RekindleException for bad input
     */
    Command decode(@Nullable NamespacePath defaultNamespace);
  }

  /** Without the credential. */
  @Override
  public String toString() {
    return "Request[" + id + "]";
  }
}
