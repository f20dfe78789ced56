package io.rekindle.node.endpoint.grpc;

import io.rekindle.node.contract.DoorFixture;
import io.rekindle.node.contract.HiddenRowContract;

/** The contract of hidden rows, held where searches are by words too. */
class GrpcHybridHiddenRowIT extends HiddenRowContract {
  @Override
  protected DoorFixture door() {
    return GrpcDoorFixture.HYBRID;
  }
}
