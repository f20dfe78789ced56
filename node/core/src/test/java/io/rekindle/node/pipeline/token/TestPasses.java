package io.rekindle.node.pipeline.token;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.Action;
import io.rekindle.node.access.Authorizer;
import io.rekindle.node.authn.Principal;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.KeyScope;
import io.rekindle.node.model.RequestId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/** Passes of keys that may do anything. */
final class TestPasses {
  private TestPasses() {}

  static AccessPass of(String keyId, Action action) {
    Authorizer authorizer =
        new Authorizer(
            _ -> List.of(new GrantSpec(null, null, Set.of())),
            InstantSource.system(),
            Duration.ofMinutes(1));
    Principal principal =
        new Principal(new ApiKeyId(keyId), "test", KeyScope.ADMIN, null, null, null);
    return authorizer.authorizeAnywhere(RequestId.random(), principal, action);
  }
}
