package io.rekindle.node.keyring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class KeyringTest {
  private static final UUID CLUSTER = new UUID(1, 2);
  private static final NamespaceId SUPPORT = NamespaceId.of(new UUID(7, 64));
  private static final NamespaceId PRODUCT = NamespaceId.of(new UUID(7, 128));
  private static final NamespacePath COMPANY_A = NamespacePath.parse("company_a");
  private static final NamespacePath COMPANY_B = NamespacePath.parse("company_b");
  private static final EnvelopeContext PLACE = EnvelopeContext.payload(new UUID(3, 4));
  private static final byte[] TEXT = bytes("the customer prefers mornings");

  private final MapKeySource source = new MapKeySource();
  private final Keyring keyring = new Keyring(clusterKey(1), source, new NoTenants());

  KeyringTest() {
    source.namespaces.put(SUPPORT, namespaceKey(SUPPORT));
    source.namespaces.put(PRODUCT, namespaceKey(PRODUCT));
    source.roots.put(COMPANY_A, rootKey(COMPANY_A));
    source.roots.put(COMPANY_B, rootKey(COMPANY_B));
  }

  private WrappedKey namespaceKey(NamespaceId id) {
    return new WrappedKey(COMPANY_A, keyring.newWrappedNamespaceKey(id, null));
  }

  private WrappedKey rootKey(NamespacePath root) {
    return new WrappedKey(root, keyring.newWrappedRootKey(root, null));
  }

  static ClusterKey clusterKey(int seed) {
    byte[] secret = new byte[ClusterKey.BYTES];
    Arrays.fill(secret, (byte) seed);
    return new ClusterKey(CLUSTER, secret);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aValueSealedInOneNamespaceDoesNotOpenInAnother() {
    byte[] envelope = keyring.seal(SUPPORT, PLACE, TEXT);
    assertThat(keyring.open(SUPPORT, PLACE, envelope)).isEqualTo(TEXT);
    assertRefused(ErrorCode.DATA_CORRUPTED, () -> keyring.open(PRODUCT, PLACE, envelope));
  }

  @Test
  void aWrappedKeyMovedToAnotherNamespaceDoesNotUnwrap() {
    source.namespaces.put(PRODUCT, source.namespaces.get(SUPPORT));
    assertRefused(ErrorCode.DATA_CORRUPTED, () -> keyring.seal(PRODUCT, PLACE, TEXT));
  }

  @Test
  void aWrappedRootKeyIsNotANamespaceKey() {
    source.namespaces.put(SUPPORT, source.roots.get(COMPANY_A));
    assertRefused(ErrorCode.DATA_CORRUPTED, () -> keyring.seal(SUPPORT, PLACE, TEXT));
  }

  @Test
  void aWrappedKeyIsWorthlessUnderAnotherClusterKey() {
    Keyring other = new Keyring(clusterKey(2), source, new NoTenants());
    assertRefused(ErrorCode.DATA_CORRUPTED, () -> other.seal(SUPPORT, PLACE, TEXT));
  }

  @Test
  void anEqualPlaintextNeverSealsToTheSameBytes() {
    assertThat(keyring.seal(SUPPORT, PLACE, TEXT)).isNotEqualTo(keyring.seal(SUPPORT, PLACE, TEXT));
  }

  @Test
  void aNamespaceWithoutAKeyIsNotFound() {
    NamespaceId unknown = NamespaceId.of(new UUID(9, 64));
    assertRefused(ErrorCode.NAMESPACE_NOT_FOUND, () -> keyring.seal(unknown, PLACE, TEXT));
  }

  @Test
  void anUnwrappedKeyIsUsedWithoutAsking() {
    assertThat(keyring.isUnwrapped(SUPPORT)).isFalse();
    byte[] envelope = keyring.seal(SUPPORT, PLACE, TEXT);
    assertThat(keyring.isUnwrapped(SUPPORT)).isTrue();
    int lookups = source.lookups.get();
    keyring.open(SUPPORT, PLACE, envelope);
    keyring.digest(SUPPORT, "idempotency", TEXT);
    assertThat(source.lookups).hasValue(lookups);
  }

  @Test
  void aForgottenKeyIsAskedForAgain() {
    byte[] envelope = keyring.seal(SUPPORT, PLACE, TEXT);
    keyring.forget(SUPPORT);
    source.namespaces.remove(SUPPORT);
    assertRefused(ErrorCode.NAMESPACE_NOT_FOUND, () -> keyring.open(SUPPORT, PLACE, envelope));
  }

  @Test
  void aKeyDestroyedWhileItIsUnwrappedIsNotKept() {
    AtomicBoolean destroyed = new AtomicBoolean();
    UnwrappedKeys<Integer> keys =
        new UnwrappedKeys<>(
            3,
            _ -> destroyed.get() ? null : new WrappedKey(COMPANY_A, new byte[32]),
            (owner, wrapped) -> {
              destroyed.set(true);
              return held(owner, wrapped);
            });

    assertRefused(ErrorCode.NAMESPACE_NOT_FOUND, () -> keys.get(1));
    assertThat(keys.contains(1)).isFalse();
  }

  @Test
  void unwrappedKeysAreBounded() {
    UnwrappedKeys<Integer> keys =
        new UnwrappedKeys<>(3, _ -> new WrappedKey(COMPANY_A, new byte[32]), KeyringTest::held);
    for (int owner = 0; owner < 10; owner++) {
      keys.get(owner);
    }
    assertThat(IntStream.range(0, 10).filter(keys::contains).count()).isEqualTo(3);
    assertThat(keys.contains(9)).isTrue();
  }

  private static UnwrappedKeys.Held held(int owner, WrappedKey wrapped) {
    return new UnwrappedKeys.Held(new DataKey(owner, wrapped.bytes()), null);
  }

  @Test
  void digestsDependOnNamespacePurposeAndTheBordersOfParts() {
    byte[] digest = keyring.digest(SUPPORT, "unique", bytes("ab"), bytes("c"));
    assertThat(digest)
        .hasSize(32)
        .isEqualTo(keyring.digest(SUPPORT, "unique", bytes("ab"), bytes("c")))
        .isNotEqualTo(keyring.digest(SUPPORT, "unique", bytes("a"), bytes("bc")))
        .isNotEqualTo(keyring.digest(SUPPORT, "dedupe", bytes("ab"), bytes("c")))
        .isNotEqualTo(keyring.digest(PRODUCT, "unique", bytes("ab"), bytes("c")));
  }

  @Test
  void aSubjectDigestIsOneBelowARootAndAnotherBelowTheNext() {
    NamespaceId other = NamespaceId.of(new UUID(8, 64));
    source.namespaces.put(
        other, new WrappedKey(COMPANY_B, keyring.newWrappedNamespaceKey(other, null)));
    byte[] digest = keyring.subjectDigest(SUPPORT, "customer-17");
    assertThat(digest)
        .isEqualTo(keyring.subjectDigest(PRODUCT, "customer-17"))
        .isNotEqualTo(keyring.subjectDigest(other, "customer-17"));
  }

  @Test
  void aNamespaceBelowARootThatWasMadeAnewHasItsKeyOfSubjectsAndNoFormerOne() {
    byte[] before = keyring.subjectDigest(SUPPORT, "customer-17");
    keyring.forget(SUPPORT);
    source.namespaces.remove(SUPPORT);
    source.roots.put(COMPANY_A, rootKey(COMPANY_A));
    NamespaceId anew = NamespaceId.of(new UUID(8, 128));
    source.namespaces.put(anew, namespaceKey(anew));
    assertThat(keyring.subjectDigest(anew, "customer-17")).isNotEqualTo(before);
    assertRefused(
        ErrorCode.NAMESPACE_NOT_FOUND, () -> keyring.subjectDigest(SUPPORT, "customer-17"));
  }

  @Test
  void aTokenOpensOnlyWithWhatItWasSealedFor() {
    byte[] token = keyring.sealToken(TEXT, bytes("principal 1"));
    assertThat(keyring.openToken(token, bytes("principal 1"))).isEqualTo(TEXT);
    assertRefused(
        ErrorCode.PAGE_TOKEN_INVALID, () -> keyring.openToken(token, bytes("principal 2")));
    assertRefused(
        ErrorCode.PAGE_TOKEN_INVALID, () -> keyring.openToken(new byte[3], bytes("principal 1")));
  }

  @Test
  void aReopenedClusterKeyGivesTheSamePepperAndAuditKey() {
    AuditCipher audit = new AuditCipher(clusterKey(1));
    byte[] sealed = audit.seal(TEXT, bytes("block 1"));
    ClusterKey again = clusterKey(1);
    AuditCipher reopened = new AuditCipher(again);
    again.close();
    assertThat(reopened.open(sealed, bytes("block 1"))).isEqualTo(TEXT);
    assertRefused(ErrorCode.DATA_CORRUPTED, () -> reopened.open(sealed, bytes("block 2")));
    assertThat(pepper(keyring))
        .isEqualTo(pepper(new Keyring(clusterKey(1), source, new NoTenants())))
        .hasSize(32);
    assertThat(pepper(keyring)).isNotEqualTo(clusterKey(1).derive(ClusterKey.Use.TOKEN));
  }

  /** An API key that was made of zeros would be worth nothing, and be acknowledged. */
  @Test
  void closingWipesThePepperAndNobodyIsGivenWhatIsLeft() {
    byte[] pepper = pepper(keyring);
    keyring.close();
    assertThat(pepper).containsOnly(0);
    assertThatIllegalStateException().isThrownBy(keyring::peppers);
    assertThat(keyring.isUnwrapped(SUPPORT)).isFalse();
  }

  private static byte[] pepper(Keyring keyring) {
    return keyring.peppers().getFirst();
  }

  private static void assertRefused(ErrorCode code, ThrowingCallable call) {
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(call)
        .satisfies(e -> assertThat(e.code()).isEqualTo(code));
  }
}
