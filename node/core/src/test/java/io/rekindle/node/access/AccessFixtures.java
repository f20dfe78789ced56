package io.rekindle.node.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.authn.Principal;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.KeyScope;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSelector;
import io.rekindle.node.model.RequestId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;

/** Principals, grants and passes for the tests of this room. */
final class AccessFixtures {
  static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  static final Duration LIFETIME = Duration.ofSeconds(60);
  static final ApiKeyId KEY = new ApiKeyId("aaaabbbbccccdddd");
  static final RequestId REQUEST = RequestId.random();

  private AccessFixtures() {}

  static Principal principal(KeyScope scope) {
    return new Principal(KEY, "test", scope, null, null, null);
  }

  /** A grant on a namespace, or on the root when it is null. */
  static GrantSpec grant(
      @Nullable String namespace, @Nullable String condition, String... extraActions) {
    return new GrantSpec(
        namespace == null ? null : path(namespace), condition, Set.of(extraActions));
  }

  static NamespacePath path(String text) {
    return NamespacePath.parse(text);
  }

  static NamespaceSelector select(String... texts) {
    return NamespaceSelector.parse(List.of(texts));
  }

  static Authorizer authorizer(List<GrantSpec> grants) {
    return new Authorizer(key -> key.equals(KEY) ? grants : List.of(), () -> NOW, LIFETIME);
  }

  static AccessPass pass(KeyScope scope, Action action, GrantSpec... grants) {
    return authorizer(List.of(grants)).authorizeAnywhere(REQUEST, principal(scope), action);
  }

  static boolean isAllowed(ThrowingCallable call) {
    RekindleException refusal = catchThrowableOfType(RekindleException.class, call);
    if (refusal != null) {
      assertThat(refusal.code()).isEqualTo(ErrorCode.PERMISSION_DENIED);
    }
    return refusal == null;
  }
}
