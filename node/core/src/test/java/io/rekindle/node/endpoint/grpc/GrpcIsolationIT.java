package io.rekindle.node.endpoint.grpc;

import io.rekindle.node.contract.DoorFixture;
import io.rekindle.node.contract.IsolationContract;

/** The contract of isolation, held by the gRPC door. */
class GrpcIsolationIT extends IsolationContract {
  @Override
  protected DoorFixture door() {
    return GrpcDoorFixture.SHARED;
  }
}
