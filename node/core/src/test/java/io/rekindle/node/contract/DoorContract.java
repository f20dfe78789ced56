package io.rekindle.node.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.contract.DoorFixture.Tenants;
import io.rekindle.node.contract.TestDoor.Refused;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;

/** What the contracts of doors share: tenants, and how a refusal is looked at. */
abstract class DoorContract {
  static final float[] ANY = {1, 0, 0, 0};

  /** So many memories of {@link #LARGE} content do not fit into one answer. */
  static final int MORE_THAN_ONE_ANSWER = 18;

  static final String LARGE = "x".repeat(65_000);

  Tenants t;
  String secret;

  /** The door, with tenants behind it. */
  protected abstract DoorFixture door();

  @BeforeEach
  void prepare() {
    t = door().tenants();
    secret = "secret-" + UUID.randomUUID();
  }

  String a() {
    return t.companyA() + "/support";
  }

  String b() {
    return t.companyB() + "/support";
  }

  /** Runs a call that must be refused for a reason, without a word of the secret. */
  Refused refused(String reason, ThrowingCallable call) {
    Refused refused = catchThrowableOfType(Refused.class, call);
    assertThat(refused).as("refused").isNotNull();
    assertThat(refused.reason()).as(refused.getMessage()).isEqualTo(reason);
    assertThat(refused.getMessage()).doesNotContain(secret);
    return refused;
  }

  /** Two calls that must be refused in the very same words. */
  void refusedAlike(String reason, ThrowingCallable hidden, ThrowingCallable absent) {
    assertThat(refused(reason, hidden).withoutIds())
        .isEqualTo(refused(reason, absent).withoutIds());
  }

  static String absentId() {
    return UUID.randomUUID().toString();
  }
}
