package io.rekindle.node.endpoint.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.v1.GetNamespaceRequest;
import io.rekindle.v1.NamespaceServiceGrpc;
import org.junit.jupiter.api.Test;

/** The tests of this module mean what they say of keys. */
class SharedNodeKeysIT {
  @Test
  void theNamespacesOfTheSharedNodeHaveTheKeysThatWereAskedFor() {
    String space = GrpcDoorFixture.SHARED.tenants().companyA() + "/support";
    String expected = System.getProperty("test.keys", "tenant").equals("tenant") ? "every" : "";
    assertThat(
            NamespaceServiceGrpc.newBlockingStub(GrpcDoorFixture.SHARED.admin())
                .getNamespace(GetNamespaceRequest.newBuilder().setNamespace(space).build())
                .getNamespace()
                .getCustomerKey())
        .isEqualTo(expected);
  }
}
