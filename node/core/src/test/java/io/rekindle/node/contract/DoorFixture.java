package io.rekindle.node.contract;

import io.rekindle.node.contract.TestDoor.Caller;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A door of a running node, and what an administrator can prepare behind it. */
public interface DoorFixture {
  /** A key and the client that uses it. */
  record IssuedKey(String id, Caller caller) {}

  /** A grant on a namespace; an empty condition is none. */
  record Grant(String namespace, String condition) {}

  /** The tenants of one test. */
  record Tenants(
      String companyA,
      String companyB,
      String shared,
      Caller supportOfA,
      Caller supportOfB,
      Caller agentOne,
      Caller agentTwo,
      Caller lowClearance) {}

  /**
   * Makes fresh tenants: {@code companyA/support}, {@code companyA/product}, {@code
   * companyB/support}, {@code shared} and {@code shared/below}, all of the model {@code external}
   * with four dimensions and dedupe in {@code shared}; a read-write key for both namespaces of A,
   * one for B's, two in {@code shared} that speak for {@code a1} and {@code a2} under the condition
   * {@code agent_id = "..."}, and one in {@code shared} under {@code sensitivity <= internal}.
   */
  Tenants tenants();

  /** Sees and may do everything. */
  Caller administrator();

  /** A read-write key. */
  IssuedKey key(@Nullable String agentId, @Nullable Instant expiresAt, Grant... grants);

  void revoke(IssuedKey key);

  void add(IssuedKey key, Grant grant);

  void remove(IssuedKey key, Grant grant);
}
