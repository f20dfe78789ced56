package io.rekindle.node.endpoint.grpc;

import static io.rekindle.node.endpoint.grpc.GrpcTenants.grant;

import io.rekindle.node.bootstrap.TestNode;
import io.rekindle.node.contract.IsolationContract;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract of isolation, held by the gRPC door. */
class GrpcIsolationIT extends IsolationContract {
  private static GrpcTestDoor door;

  @BeforeAll
  static void open() {
    door = new GrpcTestDoor(TestNode.shared());
  }

  @AfterAll
  static void close() {
    door.close();
  }

  @Override
  protected Tenants tenants() {
    GrpcTenants make = new GrpcTenants(door.channel(TestNode.shared().adminKey()));
    String unique = UUID.randomUUID().toString().substring(0, 8);
    // One name is the beginning of the other: paths compare by segments.
    String a = "company_" + unique;
    String b = a + "b";
    String shared = "shared_" + unique;
    make.external(a + "/support", false);
    make.external(a + "/product", false);
    make.external(b + "/support", false);
    make.external(shared, true);
    return new Tenants(
        a,
        b,
        shared,
        door.caller(make.key("", grant(a + "/support", ""), grant(a + "/product", ""))),
        door.caller(make.key("", grant(b + "/support", ""))),
        door.caller(make.key("a1", grant(shared, "agent_id = \"a1\""))),
        door.caller(make.key("a2", grant(shared, "agent_id = \"a2\""))),
        door.caller(make.key("a3", grant(shared, "sensitivity <= \"internal\""))));
  }

  @Override
  protected void relabelAsAdministrator(String namespace, String memoryId, String sensitivity) {
    door.caller(TestNode.shared().adminKey())
        .update(namespace, memoryId, Map.of("sensitivity", sensitivity));
  }
}
