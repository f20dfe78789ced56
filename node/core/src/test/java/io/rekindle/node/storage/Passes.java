package io.rekindle.node.storage;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.Action;
import io.rekindle.node.access.Authorizer;
import io.rekindle.node.authn.Principal;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.KeyScope;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceSelector;
import io.rekindle.node.model.RequestId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/** Real passes over one grant with a condition. */
public final class Passes {
  private Passes() {}

  /** A pass for one namespace whose rows must meet a condition. */
  public static AccessPass where(Namespace namespace, String condition, Action... actions) {
    Authorizer authorizer =
        new Authorizer(
            _ -> List.of(new GrantSpec(namespace.path(), condition, Set.of())),
            InstantSource.system(),
            Duration.ofMinutes(1));
    Principal principal =
        new Principal(new ApiKeyId("abcdefghijklmnop"), "test", KeyScope.ADMIN, null, null, null);
    return authorizer.authorize(
        RequestId.random(), principal, Set.of(actions), NamespaceSelector.of(namespace.path()));
  }
}
