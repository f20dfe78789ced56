package io.rekindle.node.endpoint.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.MethodDescriptor;
import io.rekindle.node.bootstrap.TestNode;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.SearchMode;

/**
 * A door whose clients add words to each search: those of all contents in the contracts, so that
 * what meaning must not find would be found by its words.
 */
final class HybridTestDoor extends GrpcTestDoor {
  private static final String WORDS =
      "secret mine other low again internal public x ".concat("x".repeat(255));

  HybridTestDoor(TestNode node) {
    super(node);
  }

  @Override
  public Channel channel(String apiKey) {
    return ClientInterceptors.intercept(super.channel(apiKey), new WithWords());
  }

  private static final class WithWords implements ClientInterceptor {
    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(
        MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        @SuppressWarnings("unchecked") // The same message with more fields.
        public void sendMessage(Q message) {
          super.sendMessage(
              message instanceof SearchMemoriesRequest search
                  ? (Q)
                      search.toBuilder()
                          .setMode(SearchMode.SEARCH_MODE_HYBRID)
                          .setWords(WORDS)
                          .build()
                  : message);
        }
      };
    }
  }
}
