package io.rekindle.node.access;

import static io.rekindle.node.access.AccessFixtures.KEY;
import static io.rekindle.node.access.AccessFixtures.NOW;
import static io.rekindle.node.access.AccessFixtures.REQUEST;
import static io.rekindle.node.access.AccessFixtures.authorizer;
import static io.rekindle.node.access.AccessFixtures.grant;
import static io.rekindle.node.access.AccessFixtures.pass;
import static io.rekindle.node.access.AccessFixtures.path;
import static io.rekindle.node.access.AccessFixtures.select;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.access.PassCodec.Epochs;
import io.rekindle.node.authn.Principal;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.KeyScope;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PassCodecTest {
  private static final byte[] SESSION_KEY = new byte[32];
  private static final UUID OWNER = new UUID(1, 2);
  private static final Epochs EPOCHS = new Epochs(5, 3);

  private Instant now = NOW;
  private final PassCodec codec = new PassCodec(() -> List.of(SESSION_KEY), () -> now);
  private final AccessPass pass = richPass();
  private final byte[] sealed = codec.seal(pass, OWNER, EPOCHS);

  @Test
  void aPassArrivesAsItLeft() {
    AccessPass opened = codec.open(sealed, OWNER, EPOCHS);

    assertThat(opened.requestId()).isEqualTo(pass.requestId());
    assertThat(opened.principal()).isEqualTo(pass.principal());
    assertThat(opened.actions()).isEqualTo(pass.actions());
    assertThat(opened.selector()).isEqualTo(pass.selector());
    assertThat(opened.grants()).isEqualTo(pass.grants());
    assertThat(opened.expiresAt()).isEqualTo(pass.expiresAt());
    for (String namespace : List.of("a", "a/b", "a/b/c", "b")) {
      assertThat(opened.rowFilter(path(namespace))).isEqualTo(pass.rowFilter(path(namespace)));
      assertThat(opened.covers(path(namespace))).isEqualTo(pass.covers(path(namespace)));
    }
  }

  @Test
  void passesOfEveryShapeArrive() {
    for (AccessPass shape :
        List.of(
            pass(KeyScope.ADMIN, Action.ACCESS_WRITE, grant(null, null), grant("x", "tags:y")),
            pass(KeyScope.READ_ONLY, Action.WHO_AM_I),
            authorizer(List.of(grant("a", null)))
                .authorize(REQUEST, pass.principal(), Set.of(Action.GET), select("a/b", "a/c")))) {
      AccessPass opened = codec.open(codec.seal(shape, OWNER, EPOCHS), OWNER, EPOCHS);
      assertThat(opened.selector()).isEqualTo(shape.selector());
      assertThat(opened.grants()).isEqualTo(shape.grants());
      assertThat(opened.principal()).isEqualTo(shape.principal());
    }
  }

  @Test
  void aPassOfTwoGrantsIsSmall() {
    assertThat(sealed.length).isLessThan(400);
  }

  @Test
  void oneFlippedBitAnywhereIsAForgery() {
    for (int bit = 0; bit < sealed.length * 8; bit++) {
      byte[] forged = sealed.clone();
      forged[bit / 8] ^= (byte) (1 << (bit % 8));
      assertRefused(forged, "forged");
    }
  }

  @Test
  void aTruncatedOrLengthenedPassIsAForgery() {
    for (int length = 0; length < sealed.length; length++) {
      assertRefused(Arrays.copyOf(sealed, length), "forged");
    }
    assertRefused(Arrays.copyOf(sealed, sealed.length + 1), "forged");
  }

  @Test
  void aPassUnderAnotherSessionKeyIsAForgery() {
    byte[] other = SESSION_KEY.clone();
    other[31] = 1;

    assertRefused(
        new PassCodec(() -> List.of(other), () -> NOW).seal(pass, OWNER, EPOCHS), "forged");
  }

  @Test
  void aPassForAnotherNodeIsRefused() {
    assertRefused(codec.seal(pass, new UUID(1, 3), EPOCHS), "audience");
  }

  @Test
  void aPassFromBeforeTheLastChangeOfAccessIsRefused() {
    assertRefused(codec.seal(pass, OWNER, new Epochs(4, 3)), ErrorCode.NOT_READY, "epoch");
    assertRefused(codec.seal(pass, OWNER, new Epochs(5, 2)), ErrorCode.NOT_READY, "epoch");
    assertRefused(codec.seal(pass, OWNER), ErrorCode.NOT_READY, "epoch");
    assertThat(codec.open(codec.seal(pass, OWNER, new Epochs(6, 3)), OWNER, EPOCHS)).isNotNull();
  }

  @Test
  void anExpiredPassIsRefusedAndAnOpenedOneExpires() {
    AccessPass opened = codec.open(sealed, OWNER, EPOCHS);
    now = pass.expiresAt().minusNanos(1);
    opened.check(Action.UPDATE, path("a/b"));

    now = pass.expiresAt();
    assertRefused(sealed, "expired");
    assertThatThrownBy(() -> opened.check(Action.UPDATE, path("a/b")))
        .isInstanceOf(RekindleException.class);
  }

  @Test
  void aShortSessionKeyIsAMistakeOfTheProgram() {
    assertThatThrownBy(() -> new PassCodec(() -> List.of(new byte[31]), () -> NOW))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private void assertRefused(byte[] bytes, String reason) {
    assertRefused(bytes, ErrorCode.PERMISSION_DENIED, reason);
  }

  private void assertRefused(byte[] bytes, ErrorCode code, String reason) {
    RekindleException refusal =
        catchThrowableOfType(RekindleException.class, () -> codec.open(bytes, OWNER, EPOCHS));
    assertThat(refusal).isNotNull();
    assertThat(refusal.code()).isEqualTo(code);
    assertThat(refusal.details()).containsEntry("reason", reason);
    assertThat(PassCodec.isExpired(refusal)).isEqualTo(reason.equals("expired"));
  }

  private static AccessPass richPass() {
    Principal principal =
        new Principal(
            KEY, "Büro", KeyScope.READ_WRITE, "a7", path("a/b"), NOW.plusSeconds(5).plusNanos(7));
    List<GrantSpec> grants =
        List.of(grant("a", "sensitivity <= internal", "audit"), grant("a/b", "agent_id = \"é\""));
    return authorizer(grants)
        .authorize(REQUEST, principal, EnumSet.of(Action.UPDATE, Action.RELABEL), select("a/b/**"));
  }
}
