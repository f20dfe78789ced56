package io.rekindle.node.pipeline.status;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.Action;
import io.rekindle.node.model.ApiKeyInfo;
import io.rekindle.node.model.Reply;
import io.rekindle.node.storage.ApiKeyStore;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Says how the node is, and who the caller is. */
public final class StatusHandler {
  private final Map<String, Supplier<String>> facts;
  private final ApiKeyStore keys;

  /**
   * Knows where to ask.
   *
   * @param facts what the person on call wants to know, in the order to show it
   */
  public StatusHandler(Map<String, Supplier<String>> facts, ApiKeyStore keys) {
    this.facts = new LinkedHashMap<>(facts);
    this.keys = keys;
  }

  public Reply status(AccessPass pass) {
    pass.checkRoot(Action.MONITOR);
    Map<String, String> now = new LinkedHashMap<>();
    facts.forEach((name, fact) -> now.put(name, fact.get()));
    return new Reply.Status(now);
  }

  public Reply whoAmI(AccessPass pass) {
    return new Reply.Identity(self(pass));
  }

  private ApiKeyInfo self(AccessPass pass) {
    return keys.get(pass, pass.principal().keyId());
  }
}
