package io.rekindle.node.storage.engine;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.Pass;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.storage.ModelPinStore;
import io.rekindle.node.storage.row.CacheName;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.ModelPinRow;
import io.rekindle.node.storage.row.Transactions;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import javax.cache.Cache;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;

/** The fingerprints in Ignite, among the settings of the cluster. */
public final class IgniteModelPinStore implements ModelPinStore {
  private static final String PREFIX = "embedding-model/";

  private final IgniteCache<String, ModelPinRow> settings;
  private final Transactions transactions;

  IgniteModelPinStore(Ignite ignite, Transactions transactions) {
    this.settings = Caches.cache(ignite, CacheName.SETTINGS);
    this.transactions = transactions;
  }

  @Override
  public Map<EmbeddingModelId, String> all(Pass pass) {
    pass.checkRoot(Action.MONITOR);
    Map<EmbeddingModelId, String> all =
        new TreeMap<>(Comparator.comparing(EmbeddingModelId::value));
    for (Cache.Entry<String, ModelPinRow> entry : settings) {
      if (entry.getKey().startsWith(PREFIX)) {
        all.put(
            new EmbeddingModelId(entry.getKey().substring(PREFIX.length())),
            entry.getValue().fingerprint());
      }
    }
    return all;
  }

  @Override
  public String pin(Pass pass, EmbeddingModelId model, String fingerprint) {
    pass.checkRoot(Action.NAMESPACE_WRITE);
    return transactions.run(
        () ->
            () -> {
              ModelPinRow former = settings.get(key(model));
              if (former != null) {
                return former.fingerprint();
              }
              settings.put(key(model), new ModelPinRow(fingerprint));
              return fingerprint;
            });
  }

  @Override
  public void forget(Pass pass, EmbeddingModelId model) {
    pass.checkRoot(Action.NAMESPACE_WRITE);
    var _ = transactions.run(() -> () -> settings.remove(key(model)));
  }

  private static String key(EmbeddingModelId model) {
    return PREFIX + model.value();
  }
}
