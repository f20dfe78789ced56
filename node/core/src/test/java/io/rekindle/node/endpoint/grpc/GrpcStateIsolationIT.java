package io.rekindle.node.endpoint.grpc;

import io.rekindle.node.contract.DoorFixture;
import io.rekindle.node.contract.StateIsolationContract;

/** The contract of agent state, held by the gRPC door. */
class GrpcStateIsolationIT extends StateIsolationContract {
  @Override
  protected DoorFixture door() {
    return GrpcDoorFixture.SHARED;
  }
}
