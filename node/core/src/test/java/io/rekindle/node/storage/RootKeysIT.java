package io.rekindle.node.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.storage.row.CacheName;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.DataKeyRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.ignite.IgniteCache;
import org.junit.jupiter.api.Test;

/** The keys of a root come with its first namespace, and go with its last. */
class RootKeysIT {
  private static final StorageNode NODE = SharedNode.node();
  private static final NamespaceStore NAMESPACES = NODE.storage().namespaces();
  private static final IgniteCache<Object, DataKeyRow> KEYS =
      Caches.cache(NODE.ignite(), CacheName.DATA_KEY);

  private final Namespace first = SharedNode.freshNamespace(StorageNode.modelSettings(1));
  private final String root = first.path().root().toString();

  @Test
  void theyStayUntilTheLastNamespaceIsGoneAndWhoeverComesThenHasOthers() {
    byte[] before = keys().wrapped().bytes();
    byte[] subject = NODE.keyring().subjectDigest(first.id(), "a person");
    Namespace second = make("b");
    assertThat(NODE.keyring().subjectDigest(second.id(), "a person")).isEqualTo(subject);
    assertThat(keys().namespaces()).isEqualTo(2);

    delete(first.path());
    assertThat(keys().wrapped().bytes()).isEqualTo(before);
    delete(second.path());
    assertThat(KEYS.containsKey(root)).isFalse();

    Namespace anew = make("a");
    assertThat(keys().wrapped().bytes()).isNotEqualTo(before);
    assertThat(NODE.keyring().subjectDigest(anew.id(), "a person")).isNotEqualTo(subject);
  }

  /** As releases wrote it that did not count. */
  @Test
  void ofARootThatNobodyCountedTheyStay() {
    KEYS.put(root, keys().with(0));
    Namespace second = make("b");
    delete(first.path());
    delete(second.path());
    assertThat(keys().namespaces()).isZero();
  }

  @Test
  void aCountThatIsTooLowTakesNoKeyFromANamespace() {
    Namespace second = make("b");
    KEYS.put(root, keys().with(1));
    delete(first.path());
    assertThat(keys().namespaces()).isZero();
    assertThat(NODE.keyring().subjectDigest(second.id(), "a person")).hasSize(32);
  }

  @Test
  void whoeverMakesAndDeletesAtOnceNoNamespaceIsWithoutThem() throws Exception {
    delete(first.path());
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String name = "n" + i;
        running.add(threads.submit(() -> churn(name)));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }
    assertThat(KEYS.containsKey(root)).isFalse();
  }

  /**
   * As after a page that was damaged; the one who holds the others must not stay with the former.
   */
  @Test
  void aKeyThatDoesNotOpenKeepsNoOtherFromBeingWrappedAnew() {
    Namespace second = make("b");
    UUID damaged = second.id().value();
    DataKeyRow good = KEYS.get(damaged);
    KEYS.put(damaged, new DataKeyRow(first.path(), 0, new byte[keys().wrapped().bytes().length]));
    Map<Object, byte[]> before = wrapped();
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> NODE.storage().namespaces().rewrapAll(StorageNode.PASS))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_CORRUPTED));
    assertThat(wrapped().get(damaged)).isEqualTo(before.remove(damaged));
    assertThat(before).containsKeys(first.id().value(), root);
    before.forEach((owner, former) -> assertThat(wrapped().get(owner)).isNotEqualTo(former));
    KEYS.put(damaged, Objects.requireNonNull(good));
    assertThat(NODE.storage().namespaces().rewrapAll(StorageNode.PASS))
        .isEqualTo(before.size() + 1);
  }

  private static Map<Object, byte[]> wrapped() {
    Map<Object, byte[]> wrapped = new HashMap<>();
    KEYS.forEach(entry -> wrapped.put(entry.getKey(), entry.getValue().wrapped().bytes()));
    return wrapped;
  }

  private void churn(String name) {
    for (int round = 0; round < 50; round++) {
      Namespace made = make(name);
      assertThat(keys().namespaces()).isPositive();
      assertThat(NODE.keyring().subjectDigest(made.id(), "a person")).hasSize(32);
      delete(made.path());
    }
  }

  private DataKeyRow keys() {
    return Objects.requireNonNull(KEYS.get(root));
  }

  private Namespace make(String name) {
    return NODE.namespace(root + "/" + name, StorageNode.modelSettings(1));
  }

  private static void delete(NamespacePath path) {
    assertThat(NAMESPACES.delete(StorageNode.PASS, path, true)).isZero();
  }
}
