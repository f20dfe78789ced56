package io.rekindle.node.keyring;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.LocalKeyManagementService;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster key that was replaced: what seals, what opens, and what the file of it holds. */
class ClusterKeyGenerationsTest {
  private static final byte[] TEXT = "text".getBytes(StandardCharsets.UTF_8);
  private static final byte[] PLACE = "place".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;

  @Test
  void whatWasSealedBeforeOpensAndWhatIsSealedNowDoesNotOpenUnderTheFormerKey() throws Exception {
    ClusterKey key = TestClusterKey.of(1);
    SubKeyCipher cipher = new SubKeyCipher(key, ClusterKey.Use.TOKEN);
    byte[] before = cipher.encrypt(TEXT, PLACE);
    TestClusterKey.use(key, 2);
    byte[] after = cipher.encrypt(TEXT, PLACE);

    assertThat(cipher.decrypt(before, PLACE)).isEqualTo(TEXT);
    assertThat(cipher.decrypt(after, PLACE)).isEqualTo(TEXT);
    assertThat(cipher.open(before, PLACE).by()).isNotSameAs(cipher.inUse());
    assertThat(cipher.open(after, PLACE).by()).isSameAs(cipher.inUse());
    SubKeyCipher former = new SubKeyCipher(TestClusterKey.of(1), ClusterKey.Use.TOKEN);
    assertThatExceptionOfType(GeneralSecurityException.class)
        .isThrownBy(() -> former.decrypt(after, PLACE));
  }

  /** Others may use it already. */
  @Test
  void aKeyThatIsOnlyHeldOpensAndDoesNotSeal() throws Exception {
    ClusterKey key = TestClusterKey.of(1);
    SubKeyCipher cipher = new SubKeyCipher(key, ClusterKey.Use.TOKEN);
    TestClusterKey.hold(key, 2);
    byte[] ofOthers =
        new SubKeyCipher(TestClusterKey.of(1, 2), ClusterKey.Use.TOKEN).encrypt(TEXT, PLACE);
    assertThat(cipher.decrypt(ofOthers, PLACE)).isEqualTo(TEXT);
    byte[] ours = cipher.encrypt(TEXT, PLACE);
    assertThat(new SubKeyCipher(TestClusterKey.of(1), ClusterKey.Use.TOKEN).decrypt(ours, PLACE))
        .isEqualTo(TEXT);
    assertThat(key.generations()).hasSize(2);
    assertThat(key.generation()).isEqualTo(TestClusterKey.of(1).generation());
  }

  /** Whoever was told that it is held may use it by now. */
  @Test
  void whatIsHeldStaysAndEachCanBeTheOneInUse() {
    ClusterKey key = TestClusterKey.of(1);
    TestClusterKey.hold(key, 2);
    TestClusterKey.hold(key, 3);
    TestClusterKey.hold(key, 2);
    List<String> generations = TestClusterKey.of(1, 2, 3).generations();
    assertThat(key.generations()).isEqualTo(generations);
    assertThat(key.generation()).isEqualTo(generations.getFirst());
    for (String generation : generations) {
      key.use(generation);
      assertThat(key.generation()).isEqualTo(generation);
    }
    assertThatIllegalArgumentException().isThrownBy(() -> key.use("0000000000000000"));
    assertThatIllegalArgumentException().isThrownBy(() -> key.hold(TestClusterKey.of(1, 2)));
    assertThatIllegalArgumentException().isThrownBy(() -> key.hold(TestClusterKey.of(1, 3, 2)));
    assertThat(key.generations()).isEqualTo(generations);
  }

  /** Two requests at once: one node comes to have them in one order, the other in the other. */
  @Test
  void nodesThatHoldTheSameGenerationsInAnotherOrderOpenWhatEachSeals() throws Exception {
    ClusterKey one = TestClusterKey.of(1);
    TestClusterKey.hold(one, 2);
    TestClusterKey.hold(one, 3);
    ClusterKey two = TestClusterKey.of(1);
    TestClusterKey.hold(two, 3);
    TestClusterKey.hold(two, 2);
    TestClusterKey.useLast(one);
    TestClusterKey.useLast(two);
    assertThat(one.generation()).isNotEqualTo(two.generation());
    SubKeyCipher ofOne = new SubKeyCipher(one, ClusterKey.Use.TOKEN);
    SubKeyCipher ofTwo = new SubKeyCipher(two, ClusterKey.Use.TOKEN);
    assertThat(ofTwo.decrypt(ofOne.encrypt(TEXT, PLACE), PLACE)).isEqualTo(TEXT);
    assertThat(ofOne.decrypt(ofTwo.encrypt(TEXT, PLACE), PLACE)).isEqualTo(TEXT);
    two.use(one.generation());
    assertThat(two.generation()).isEqualTo(one.generation());
    assertThat(new GroupKeyCipher(two).digest()).isEqualTo(new GroupKeyCipher(one).digest());
  }

  @Test
  void namesOfGenerationsDifferAndAreTheSameOnEveryNode() {
    List<String> names = TestClusterKey.of(1, 2, 3).generations();
    assertThat(new HashSet<>(names)).hasSize(3);
    assertThat(names).allMatch(name -> name.matches("[0-9a-f]{16}"));
    assertThat(TestClusterKey.of(1, 2).generations()).isEqualTo(names.subList(0, 2));
  }

  /** The audit goes on when the key is closed because it was revoked. */
  @Test
  void whatWasDerivedBeforeTheKeyWasClosedGoesOn() throws Exception {
    ClusterKey key = TestClusterKey.of(1);
    SubKeyCipher cipher = new SubKeyCipher(key, ClusterKey.Use.AUDIT);
    byte[] sealed = cipher.encrypt(TEXT, PLACE);
    TestClusterKey.use(key, 2);
    key.close();
    assertThat(cipher.decrypt(sealed, PLACE)).isEqualTo(TEXT);
    assertThat(cipher.decrypt(cipher.encrypt(TEXT, PLACE), PLACE)).isEqualTo(TEXT);
  }

  @Test
  void theAuditFollowsTheKeyThatWasUnwrappedAgain() {
    ClusterKey key = TestClusterKey.of(1);
    AuditCipher audit = new AuditCipher(key);
    byte[] before = audit.seal(TEXT, PLACE);
    key.close();
    ClusterKey again = TestClusterKey.of(1);
    audit.follow(again);
    TestClusterKey.use(again, 2);
    byte[] after = audit.seal(TEXT, PLACE);
    assertThat(audit.open(before, PLACE)).isEqualTo(TEXT);
    assertThat(audit.open(after, PLACE)).isEqualTo(TEXT);
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> new AuditCipher(TestClusterKey.of(1)).open(after, PLACE));
  }

  @Test
  void namespaceKeysAreWrappedAnewAndStayTheSame() {
    ClusterKey cluster = TestClusterKey.of(1);
    NamespaceId id = NamespaceId.of(UUID.randomUUID());
    NamespacePath root = NamespacePath.parse("acme");
    Source source = new Source();
    Keyring keyring = new Keyring(cluster, source, new NoTenants());
    source.namespace = new WrappedKey(root, keyring.newWrappedNamespaceKey(id, null));
    source.root = new WrappedKey(root, keyring.newWrappedRootKey(root, null));
    EnvelopeContext place = EnvelopeContext.fileKey(new UUID(1, 1));
    byte[] envelope = keyring.seal(id, place, TEXT);
    byte[] subject = keyring.subjectDigest(id, "ada");

    TestClusterKey.use(cluster, 2);
    Keyring reader = new Keyring(cluster, source, new NoTenants());
    assertThat(reader.open(id, place, envelope)).isEqualTo(TEXT);
    source.namespace =
        new WrappedKey(root, requireNonNull(reader.rewrapNamespaceKey(id, source.namespace)));
    source.root = new WrappedKey(root, requireNonNull(reader.rewrapRootKey(root, source.root)));
    Keyring after = new Keyring(cluster, source, new NoTenants());
    assertThat(after.open(id, place, envelope)).isEqualTo(TEXT);
    assertThat(after.subjectDigest(id, "ada")).isEqualTo(subject);
    Keyring former = new Keyring(TestClusterKey.of(1), source, new NoTenants());
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> former.open(id, place, envelope))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_CORRUPTED));
  }

  private static final class Source implements WrappedKeySource {
    private @Nullable WrappedKey namespace;
    private @Nullable WrappedKey root;

    @Override
    public @Nullable WrappedKey findWrappedKey(NamespaceId id) {
      return namespace;
    }

    @Override
    public @Nullable WrappedKey findWrappedRootKey(NamespacePath path) {
      return root;
    }
  }

  @Test
  void aGenerationIsHandedOverToWhoeverHasTheOneInUse() {
    ClusterKey ours = TestClusterKey.of(1, 2);
    ClusterKey next = KeyHandover.next(ours);
    ClusterKey theirs = TestClusterKey.of(1, 2);
    assertThat(KeyHandover.open(theirs, KeyHandover.seal(next)).isSame(next)).isTrue();
    assertThat(KeyHandover.next(ours).generations()).isNotEqualTo(next.generations());
    assertThat(next.generation()).isEqualTo(ours.generation());
    assertThat(KeyHandover.open(next, KeyHandover.seal(next)).generations())
        .isEqualTo(next.generations());
    byte[] sealed = KeyHandover.seal(next);
    sealed[30] ^= 1;
    assertRefused(ErrorCode.DATA_CORRUPTED, () -> KeyHandover.open(theirs, sealed));
    assertRefused(
        ErrorCode.DATA_CORRUPTED,
        () -> KeyHandover.open(TestClusterKey.of(3), KeyHandover.seal(next)));
  }

  @Test
  void aKeyIsReplacedSixtyThreeTimes() {
    ClusterKey key = TestClusterKey.of(0);
    for (int seed = 1; seed < ClusterKey.GENERATIONS_MAX; seed++) {
      TestClusterKey.use(key, seed);
    }
    assertRefused(ErrorCode.INVALID_ARGUMENT, () -> KeyHandover.next(key));
  }

  private static void assertRefused(ErrorCode code, Runnable call) {
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void theFileHoldsAllGenerationsByOneUnwrapping() throws Exception {
    Counting kms = new Counting(local("local.key"));
    Path file = folder.resolve("cluster.key");
    ClusterKey key = ClusterKeyFile.create(file, kms, UUID.randomUUID());
    for (int i = 0; i < 3; i++) {
      try (ClusterKey next = KeyHandover.next(key)) {
        WrappedClusterKey.read(file).with(key, next, kms).write();
        key.hold(next);
      }
      assertThat(ClusterKeyFile.open(file, kms).isSame(key)).isTrue();

      int asked = kms.unwraps;
      WrappedClusterKey.read(file).using(key, key.generations().getLast()).write();
      TestClusterKey.useLast(key);
      assertThat(kms.unwraps).isEqualTo(asked);
      assertThat(ClusterKeyFile.open(file, kms).isSame(key)).isTrue();
      assertThat(kms.unwraps).isEqualTo(asked + 1);
    }
    assertThat(key.generations()).hasSize(4);
  }

  /** Wrappings of one beside generations of another would open nothing. */
  @Test
  void aFileIsNotChangedByAKeyThatItDoesNotHave() throws Exception {
    KeyManagementService kms = local("local.key");
    Path file = folder.resolve("cluster.key");
    ClusterKey key = ClusterKeyFile.create(file, kms, UUID.randomUUID());
    ClusterKey stale = ClusterKeyFile.open(file, kms);
    replace(file, key, kms);
    ClusterKey older = ClusterKeyFile.open(file, kms);
    replace(file, key, kms);
    byte[] before = Files.readAllBytes(file);
    for (ClusterKey other : List.of(stale, older)) {
      assertThatExceptionOfType(StartRefusedException.class)
          .isThrownBy(() -> WrappedClusterKey.read(file).using(other, other.generation()).write());
      assertThatExceptionOfType(StartRefusedException.class)
          .isThrownBy(
              () -> WrappedClusterKey.read(file).with(other, KeyHandover.next(other), kms).write());
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void rotatingAndMovingTheCustomersKeyKeepTheGenerations() throws Exception {
    KeyManagementService kms = local("local.key");
    KeyManagementService next = local("next.key");
    Path file = folder.resolve("cluster.key");
    ClusterKey key = ClusterKeyFile.create(file, kms, UUID.randomUUID());
    replace(file, key, kms);
    WrappedClusterKey.read(file).rewrapped(kms, _ -> {}).write();
    assertThat(ClusterKeyFile.open(file, kms).isSame(key)).isTrue();
    WrappedClusterKey both = WrappedClusterKey.read(file).takenOverBy(next, kms, _ -> {});
    both.write();
    assertThat(ClusterKeyFile.open(file, kms).isSame(key)).isTrue();
    assertThat(ClusterKeyFile.open(file, next).isSame(key)).isTrue();
    both.last().write();
    assertThat(ClusterKeyFile.open(file, next).isSame(key)).isTrue();
    assertThat(WrappedClusterKey.read(file).wrappings()).isEqualTo(1);
  }

  private static void replace(Path file, ClusterKey key, KeyManagementService kms)
      throws Exception {
    try (ClusterKey next = KeyHandover.next(key)) {
      WrappedClusterKey.read(file).with(key, next, kms).write();
      key.hold(next);
    }
    WrappedClusterKey.read(file).using(key, key.generations().getLast()).write();
    TestClusterKey.useLast(key);
  }

  /** Each byte counts: the generations, which of them is in use, the wrapping, the lengths. */
  @Test
  void noChangedOrMissingByteIsTakenForAKey() throws Exception {
    KeyManagementService kms = local("local.key");
    Path file = folder.resolve("cluster.key");
    ClusterKey key = ClusterKeyFile.create(file, kms, UUID.randomUUID());
    replace(file, key, kms);
    byte[] good = Files.readAllBytes(file);
    List<Integer> taken = new ArrayList<>();
    for (int at = 0; at < good.length; at++) {
      byte[] changed = good.clone();
      changed[at] ^= 1;
      if (!isRefused(file, changed, kms) || !isRefused(file, Arrays.copyOf(good, at), kms)) {
        taken.add(at);
      }
    }
    assertThat(taken).isEmpty();
    assertThat(isRefused(file, good, kms)).isFalse();
  }

  private static boolean isRefused(Path file, byte[] bytes, KeyManagementService kms) {
    try {
      ClusterKeyFile.open(file, bytes, kms).close();
      return false;
    } catch (StartRefusedException e) {
      return true;
    }
  }

  @Test
  void theMarkOfTheFolderFollowsAndTheFormerKeyIsRefused() throws Exception {
    Path mark = folder.resolve("folder.mark");
    ClusterKey key = TestClusterKey.of(1);
    FolderMark.create(mark, key);
    byte[] before = Files.readAllBytes(mark);
    FolderMark.bringUpToDate(mark, key);
    assertThat(Files.readAllBytes(mark)).isEqualTo(before);
    TestClusterKey.hold(key, 2);
    FolderMark.bringUpToDate(mark, key);
    assertThat(Files.readAllBytes(mark)).isEqualTo(before);

    TestClusterKey.useLast(key);
    FolderMark.check(mark, key);
    FolderMark.bringUpToDate(mark, key);
    FolderMark.check(mark, key);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> FolderMark.check(mark, TestClusterKey.of(1)));
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> FolderMark.bringUpToDate(mark, TestClusterKey.of(3)));
  }

  private KeyManagementService local(String name) throws Exception {
    LocalKeyManagementService.create(folder.resolve(name));
    return new LocalKeyManagementService(folder.resolve(name));
  }

  private static final class Counting implements KeyManagementService {
    private final KeyManagementService kms;
    private int unwraps;

    Counting(KeyManagementService kms) {
      this.kms = kms;
    }

    @Override
    public byte[] wrap(byte[] secret, byte[] associatedData) {
      return kms.wrap(secret, associatedData);
    }

    @Override
    public byte[] unwrap(byte[] wrapped, byte[] associatedData) {
      unwraps++;
      return kms.unwrap(wrapped, associatedData);
    }

    @Override
    public byte[] rewrap(byte[] wrapped, byte[] associatedData) {
      return kms.rewrap(wrapped, associatedData);
    }

    @Override
    public String describe() {
      return kms.describe();
    }

    @Override
    public void close() {
      kms.close();
    }
  }
}
