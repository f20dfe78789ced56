package io.rekindle.node.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.contract.DoorFixture.Grant;
import io.rekindle.node.contract.DoorFixture.IssuedKey;
import io.rekindle.node.contract.TestDoor.Caller;
import io.rekindle.node.contract.TestDoor.State;
import io.rekindle.node.contract.TestDoor.StatePage;
import io.rekindle.node.contract.TestDoor.StateSeed;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every door must hold of agent state: tenants and agents are apart, and a condition shows the
 * states for which it holds by what a state has, above all its agent.
 */
public abstract class StateIsolationContract extends DoorContract {
  private String value() {
    return "{\"note\":\"" + secret + "\"}";
  }

  /** Speaks for no agent, and may see what {@code condition} lets through. */
  private Caller looking(String condition) {
    return door().key(null, null, new Grant(t.shared(), condition)).caller();
  }

  @Test
  void everyOperationOnAnotherTenantsStatesIsDenied() {
    t.supportOfB().setState(b(), StateSeed.of("a", "k", value()));
    List<ThrowingCallable> calls =
        List.of(
            () -> t.supportOfA().getState(b(), "a", "k"),
            () -> t.supportOfA().setState(b(), StateSeed.of("a", "k", "1")),
            () -> t.supportOfA().setState(b(), StateSeed.of("a", "k", "1").expecting(1)),
            () -> t.supportOfA().deleteState(b(), "a", "k", null),
            () -> t.supportOfA().listStates(b(), null, 10, null));
    for (ThrowingCallable call : calls) {
      refused("PERMISSION_DENIED", call);
    }
    refused("STATE_NOT_FOUND", () -> t.supportOfA().getState(a(), "a", "k"));
    assertThat(t.supportOfB().getState(b(), "a", "k").value()).isEqualTo(value());
  }

  @Test
  void aKeyThatSpeaksForAnAgentReachesThatAgentsStatesOnly() {
    t.agentTwo().setState(t.shared(), StateSeed.of(null, "k", value()));
    t.agentOne().setState(t.shared(), StateSeed.of(null, "k", "1"));
    refused("INVALID_ARGUMENT", () -> t.agentOne().getState(t.shared(), "a2", "k"));
    refused("INVALID_ARGUMENT", () -> t.agentOne().listStates(t.shared(), "a2", 10, null));
    assertThat(t.agentOne().listStates(t.shared(), null, 10, null).states())
        .extracting(State::agent)
        .containsExactly("a1");
    t.agentOne().deleteState(t.shared(), null, "k", null);
    assertThat(t.agentTwo().getState(t.shared(), null, "k").value()).isEqualTo(value());
  }

  @Test
  void aStateOutsideTheConditionDoesNotExist() {
    Caller looking = looking("agent_id = \"a1\"");
    t.agentTwo().setState(t.shared(), StateSeed.of(null, "k", value()));
    t.agentOne().setState(t.shared(), StateSeed.of(null, "k", "1"));
    refusedAlike(
        "STATE_NOT_FOUND",
        () -> looking.getState(t.shared(), "a2", "k"),
        () -> looking.getState(t.shared(), "a2", "absent"));
    for (@Nullable Long version : new @Nullable Long[] {null, 0L, 1L, 5L}) {
      refusedAlike(
          "STATE_NOT_FOUND",
          () -> looking.deleteState(t.shared(), "a2", "k", version),
          () -> looking.deleteState(t.shared(), "a2", "absent", version));
      refusedAlike(
          "PERMISSION_DENIED",
          () -> looking.setState(t.shared(), new StateSeed("a2", "k", "2", version, null)),
          () -> looking.setState(t.shared(), new StateSeed("a2", "absent", "2", version, null)));
    }
    assertThat(looking.getState(t.shared(), "a1", "k").version()).isEqualTo(1);
    assertThat(t.agentTwo().getState(t.shared(), null, "k"))
        .isEqualTo(new State("a2", "k", value(), 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sensitivity <= internal",
        "NOT sensitivity > internal",
        "agent_id = \"a1\" AND NOT tags:\"x\"",
        "NOT (metadata.team = \"red\" OR path:*)"
      })
  void aConditionOnWhatAStateDoesNotHaveShowsNone(String condition) {
    Caller looking = looking(condition);
    t.agentOne().setState(t.shared(), StateSeed.of(null, "k", value()));
    refused("STATE_NOT_FOUND", () -> looking.getState(t.shared(), "a1", "k"));
    refused("PERMISSION_DENIED", () -> looking.setState(t.shared(), StateSeed.of("a1", "n", "1")));
    assertThat(looking.listStates(t.shared(), null, 10, null).states()).isEmpty();
  }

  @Test
  void aConditionThatHoldsByTheAgentAloneShowsTheState() {
    Caller looking = looking("agent_id = \"a1\" OR sensitivity = public");
    t.agentOne().setState(t.shared(), StateSeed.of(null, "k", "1"));
    t.agentTwo().setState(t.shared(), StateSeed.of(null, "k", value()));
    assertThat(looking.listStates(t.shared(), null, 10, null).states())
        .extracting(State::agent)
        .containsExactly("a1");
  }

  @Test
  void pagesSkipHiddenStatesAndATokenIsOnesOwn() {
    for (String key : List.of("k1", "k2", "k3")) {
      t.agentOne().setState(t.shared(), StateSeed.of(null, key, "1"));
      t.agentTwo().setState(t.shared(), StateSeed.of(null, key, value()));
    }
    Caller looking = looking("agent_id != \"a2\"");
    List<State> seen = new ArrayList<>();
    @Nullable String page = null;
    do {
      StatePage next = looking.listStates(t.shared(), null, 1, page);
      seen.addAll(next.states());
      page = next.next();
    } while (page != null);
    assertThat(seen)
        .extracting(state -> state.agent() + " " + state.key())
        .containsExactly("a1 k1", "a1 k2", "a1 k3");
    String token = t.agentTwo().listStates(t.shared(), null, 1, null).next();
    List<ThrowingCallable> others =
        List.of(
            () -> t.agentOne().listStates(t.shared(), null, 1, token),
            () -> looking.listStates(t.shared(), null, 1, token),
            () -> t.agentTwo().list(List.of(t.shared()), 1, token));
    for (ThrowingCallable other : others) {
      refused("PAGE_TOKEN_INVALID", other);
    }
  }

  @Test
  void compareAndSetTellsTheVersionOnlyToWhoSeesTheState() {
    t.agentOne().setState(t.shared(), StateSeed.of(null, "k", "1"));
    assertThat(
            refused(
                    "VERSION_CONFLICT",
                    () ->
                        t.agentOne()
                            .setState(t.shared(), StateSeed.of(null, "k", "2").expecting(7)))
                .getMessage())
        .contains("current_version");
    assertThat(
            t.agentOne().setState(t.shared(), StateSeed.of(null, "k", "2").expecting(1)).version())
        .isEqualTo(2);
  }

  @Test
  void aReplayIsAuthorisedAnewAfterAGrantWasNarrowed() {
    Grant wide = new Grant(t.shared(), "");
    Grant narrow = new Grant(t.shared(), "agent_id = \"a1\"");
    IssuedKey key = door().key(null, null, wide);
    StateSeed seed = StateSeed.of("a2", "k", value()).idempotencyKey("once");
    key.caller().setState(t.shared(), seed);
    assertThat(key.caller().setState(t.shared(), seed).version()).as("a replay").isEqualTo(1);
    door().add(key, narrow);
    door().remove(key, wide);
    refused("STATE_NOT_FOUND", () -> key.caller().setState(t.shared(), seed));
  }
}
