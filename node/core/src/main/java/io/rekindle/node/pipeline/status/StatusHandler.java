package io.rekindle.node.pipeline.status;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.Action;
import io.rekindle.node.model.ApiKeyInfo;
import io.rekindle.node.model.NodeReport;
import io.rekindle.node.model.Reply;
import io.rekindle.node.storage.ApiKeyStore;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Says how the nodes are and what is wrong, and who the caller is. */
public final class StatusHandler {
  private final String self;
  private final Supplier<List<NodeReport>> reports;
  private final ApiKeyStore keys;

  /**
   * Knows where to ask.
   *
   * @param self the id of this node
   * @param reports what the nodes say of themselves, this one among them
   */
  public StatusHandler(String self, Supplier<List<NodeReport>> reports, ApiKeyStore keys) {
    this.self = self;
    this.reports = reports;
    this.keys = keys;
  }

  public Reply status(AccessPass pass) {
    pass.checkRoot(Action.MONITOR);
    List<NodeReport> all = reports.get();
    NodeReport own =
        all.stream()
            .filter(report -> report.nodeId().equals(self))
            .findFirst()
            .orElseGet(() -> new NodeReport(self, Map.of()));
    return new Reply.Status(own.facts(), Diagnosis.of(own, all), all);
  }

  public Reply whoAmI(AccessPass pass) {
    return new Reply.Identity(self(pass));
  }

  private ApiKeyInfo self(AccessPass pass) {
    return keys.get(pass, pass.principal().keyId());
  }
}
