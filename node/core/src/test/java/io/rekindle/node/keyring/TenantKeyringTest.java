package io.rekindle.node.keyring;

import static io.rekindle.node.keyring.KeyringTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.keyring.WrappedTenantKey.Tenant;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.LocalKeyManagementService;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of two tenants one has a key of its own. */
class TenantKeyringTest {
  private static final UUID CLUSTER = new UUID(1, 2);
  private static final NamespacePath OWN = NamespacePath.parse("own");
  private static final NamespacePath OTHER = NamespacePath.parse("other");
  private static final NamespaceId OWN_SPACE = NamespaceId.of(new UUID(7, 64));
  private static final NamespaceId OTHER_SPACE = NamespaceId.of(new UUID(7, 128));
  private static final EnvelopeContext PLACE = EnvelopeContext.payload(new UUID(3, 4));
  private static final byte[] TEXT = bytes("the customer prefers mornings");
  private static final Instant NOW = Instant.EPOCH;

  @TempDir Path folder;

  private final MapKeySource source = new MapKeySource();
  private KeyManagementService kms;
  private WrappedTenantKey wrapped;
  private TenantKey key;
  private Keyring keyring;

  @BeforeEach
  void makeTenants() throws IOException {
    kms = local("customer.key");
    wrapped = WrappedTenantKey.make(tenant(OWN), "acme", kms, NOW);
    key = wrapped.unwrap(tenant(OWN), kms);
    keyring = new Keyring(KeyringTest.clusterKey(1), source, new Current());
    source.roots.put(OWN, new WrappedKey(OWN, keyring.newWrappedRootKey(OWN, key)));
    source.roots.put(OTHER, new WrappedKey(OTHER, keyring.newWrappedRootKey(OTHER, null)));
    source.namespaces.put(
        OWN_SPACE, new WrappedKey(OWN, keyring.newWrappedNamespaceKey(OWN_SPACE, key)));
    source.namespaces.put(
        OTHER_SPACE, new WrappedKey(OTHER, keyring.newWrappedNamespaceKey(OTHER_SPACE, null)));
  }

  private KeyManagementService local(String name) throws IOException {
    LocalKeyManagementService.create(folder.resolve(name));
    return new LocalKeyManagementService(folder.resolve(name));
  }

  private byte[] of(NamespaceId space) {
    return Objects.requireNonNull(source.namespaces.get(space)).bytes().clone();
  }

  private static Tenant tenant(NamespacePath root) {
    return new Tenant(CLUSTER, root);
  }

  /** The key as it is now. */
  private final class Current extends NoTenants {
    @Override
    public TenantKey get(NamespacePath root) {
      if (!root.equals(OWN) || !key.isOpen()) {
        throw TenantKey.revoked(root);
      }
      return key;
    }
  }

  @Test
  void whatATenantSealedDoesNotOpenWhileItsKeyIsClosedAndOpensAfterwards() {
    byte[] envelope = keyring.seal(OWN_SPACE, PLACE, TEXT);
    byte[] digest = keyring.subjectDigest(OWN_SPACE, "customer-17");
    byte[] others = keyring.seal(OTHER_SPACE, PLACE, TEXT);

    key.close();

    assertRevoked(() -> keyring.open(OWN_SPACE, PLACE, envelope));
    assertRevoked(() -> keyring.seal(OWN_SPACE, PLACE, TEXT));
    assertRevoked(() -> keyring.unwrap(OWN_SPACE));
    assertRevoked(() -> keyring.digest(OWN_SPACE, "dedupe", TEXT));
    assertRevoked(() -> keyring.subjectDigest(OWN_SPACE, "customer-17"));
    assertThat(keyring.isUnwrapped(OWN_SPACE)).isFalse();
    assertThat(keyring.open(OTHER_SPACE, PLACE, others)).isEqualTo(TEXT);
    assertThat(keyring.isUnwrapped(OTHER_SPACE)).isTrue();

    key = wrapped.unwrap(tenant(OWN), kms);

    assertThat(keyring.open(OWN_SPACE, PLACE, envelope)).isEqualTo(TEXT);
    assertThat(keyring.subjectDigest(OWN_SPACE, "customer-17")).isEqualTo(digest);
  }

  @Test
  void keysOfAClosedTenantAreLetGoAndThoseOfOthersStay() {
    keyring.unwrap(OWN_SPACE);
    keyring.unwrap(OTHER_SPACE);
    int lookups = source.lookups.get();
    key.close();
    keyring.forgetClosed();
    keyring.unwrap(OTHER_SPACE);
    assertThat(source.lookups).hasValue(lookups);
    assertRevoked(() -> keyring.unwrap(OWN_SPACE));
  }

  @Test
  void aNamespaceKeyOfATenantIsWorthlessUnderTheClustersKeyAndUnderAnothers() throws IOException {
    byte[] bytes = of(OWN_SPACE);
    bytes[0] = 1;
    source.namespaces.put(OWN_SPACE, new WrappedKey(OWN, bytes));
    assertRefused(ErrorCode.DATA_CORRUPTED, () -> keyring.unwrap(OWN_SPACE));

    byte[] others = of(OTHER_SPACE);
    others[0] = 2;
    source.namespaces.put(OTHER_SPACE, new WrappedKey(OWN, others));
    assertRefused(ErrorCode.DATA_CORRUPTED, () -> keyring.unwrap(OTHER_SPACE));

    WrappedTenantKey second = WrappedTenantKey.make(tenant(OWN), "acme", local("2.key"), NOW);
    try (TenantKey another =
        second.unwrap(tenant(OWN), new LocalKeyManagementService(folder.resolve("2.key")))) {
      byte[] foreign = keyring.newWrappedNamespaceKey(OWN_SPACE, another);
      source.namespaces.put(OWN_SPACE, new WrappedKey(OWN, foreign));
      assertRefused(ErrorCode.DATA_CORRUPTED, () -> keyring.unwrap(OWN_SPACE));
    }
  }

  @Test
  void aTenantKeyUnwrapsForItsOwnRootAndClusterAlone() {
    assertUnwrapsNot(wrapped, new Tenant(CLUSTER, OTHER));
    assertUnwrapsNot(wrapped, new Tenant(new UUID(1, 3), OWN));
    assertUnwrapsNot(
        new WrappedTenantKey(
            "acme", wrapped.id() + 1, wrapped.commitment(), wrapped.wrapped(), NOW, NOW),
        tenant(OWN));
    assertUnwrapsNot(
        new WrappedTenantKey(
            "acme",
            wrapped.id(),
            wrapped.commitment(),
            Arrays.copyOf(wrapped.wrapped(), wrapped.wrapped().length - 1),
            NOW,
            NOW),
        tenant(OWN));
  }

  private void assertUnwrapsNot(WrappedTenantKey damaged, Tenant tenant) {
    assertThatExceptionOfType(KeyManagementException.class)
        .isThrownBy(() -> damaged.unwrap(tenant, kms))
        .extracting(KeyManagementException::probe)
        .isEqualTo(Probe.OK);
  }

  @Test
  void aProviderThatGivesAnotherKeyIsOutOfReachAndNothingIsWrappedByIt() {
    KeyManagementService confused = new Confused(kms);
    assertOutOfReach(() -> wrapped.unwrap(tenant(OWN), confused));
    assertOutOfReach(() -> WrappedTenantKey.make(tenant(OWN), "acme", confused, NOW));
    assertOutOfReach(() -> wrapped.rewrapped(tenant(OWN), kms, "acme", confused, NOW));
  }

  private static void assertOutOfReach(ThrowingCallable call) {
    assertThatExceptionOfType(KeyManagementException.class)
        .isThrownBy(call)
        .extracting(KeyManagementException::probe)
        .isEqualTo(Probe.UNREACHABLE);
  }

  @Test
  void aRewrappedKeyIsTheSameKeyUnderTheOtherCustomersKeyAlone() throws IOException {
    KeyManagementService next = local("next.key");
    WrappedTenantKey moved =
        wrapped.rewrapped(tenant(OWN), kms, "acme-2", next, NOW.plusSeconds(9));
    assertThat(moved.customerKey()).isEqualTo("acme-2");
    assertThat(moved.id()).isEqualTo(wrapped.id());
    assertThat(moved.madeAt()).isEqualTo(NOW);
    assertThat(moved.wrappedAt()).isEqualTo(NOW.plusSeconds(9));
    byte[] envelope = keyring.seal(OWN_SPACE, PLACE, TEXT);
    key.close();
    key = moved.unwrap(tenant(OWN), next);
    assertThat(keyring.open(OWN_SPACE, PLACE, envelope)).isEqualTo(TEXT);
    assertUnwrapsNot(moved, tenant(OWN));
  }

  /** Unwraps to something else. */
  private record Confused(KeyManagementService right) implements KeyManagementService {
    @Override
    public byte[] wrap(byte[] secret, byte[] associatedData) {
      return right.wrap(secret, associatedData);
    }

    @Override
    public byte[] unwrap(byte[] bytes, byte[] associatedData) {
      byte[] secret = right.unwrap(bytes, associatedData);
      secret[0]++;
      return secret;
    }

    @Override
    public String describe() {
      return "a confused provider";
    }

    @Override
    public void close() {
      right.close();
    }
  }

  private static void assertRevoked(ThrowingCallable call) {
    assertRefused(ErrorCode.KEY_REVOKED, call);
  }

  private static void assertRefused(ErrorCode code, ThrowingCallable call) {
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(call)
        .satisfies(e -> assertThat(e.code()).isEqualTo(code));
  }
}
