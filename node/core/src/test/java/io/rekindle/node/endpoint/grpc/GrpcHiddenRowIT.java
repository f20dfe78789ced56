package io.rekindle.node.endpoint.grpc;

import io.rekindle.node.contract.DoorFixture;
import io.rekindle.node.contract.HiddenRowContract;

/** The contract of hidden rows, held by the gRPC door. */
class GrpcHiddenRowIT extends HiddenRowContract {
  @Override
  protected DoorFixture door() {
    return GrpcDoorFixture.SHARED;
  }
}
