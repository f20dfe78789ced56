package io.rekindle.node.endpoint.grpc;

import io.rekindle.node.contract.DoorFixture;
import io.rekindle.node.contract.IsolationContract;

/** The contract of isolation, held where searches are by words too. */
class GrpcHybridIsolationIT extends IsolationContract {
  @Override
  protected DoorFixture door() {
    return GrpcDoorFixture.HYBRID;
  }
}
