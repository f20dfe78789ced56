package io.rekindle.node.kms.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.keyring.ClusterKeyFile;
import io.rekindle.node.keyring.WrappedTenantKey;
import io.rekindle.node.keyring.WrappedTenantKey.Tenant;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.model.NamespacePath;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of every provider, also of a real one. */
public abstract class KeyManagementContractTest {
  protected static final byte[] DATA = "cluster 1".getBytes(StandardCharsets.US_ASCII);
  protected static final byte[] OTHER_DATA = "cluster 2".getBytes(StandardCharsets.US_ASCII);

  protected final byte[] key = random(32);
  private final List<KeyManagementService> opened = new ArrayList<>();
  private KeyManagementService kms;

  /** A service of the customer's key. */
  protected abstract KeyManagementService open() throws Exception;

  /** A service of another key of the same kind. */
  protected abstract KeyManagementService openOther() throws Exception;

  @BeforeEach
  final void openOne() throws Exception {
    kms = opened(open());
  }

  @AfterEach
  final void closeAll() {
    opened.forEach(KeyManagementService::close);
  }

  protected final KeyManagementService kms() {
    return kms;
  }

  /** A service that is closed after the test. */
  protected final KeyManagementService opened(KeyManagementService service) {
    opened.add(service);
    return service;
  }

  private static byte[] random(int bytes) {
    byte[] key = new byte[bytes];
    new Random().nextBytes(key);
    return key;
  }

  /** The unwrapping fails, and says this of the key. */
  protected static void assertRefused(
      KeyManagementService kms, byte[] wrapped, byte[] data, Probe probe) {
    assertThatExceptionOfType(KeyManagementException.class)
        .isThrownBy(() -> kms.unwrap(wrapped, data))
        .satisfies(e -> assertThat(e.probe()).as("%s: %s", e, e.reason()).isEqualTo(probe));
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 32, 64})
  void whatIsWrappedIsUnwrapped(int bytes) {
    byte[] some = random(bytes);
    byte[] wrapped = kms.wrap(some, DATA);
    assertThat(kms.unwrap(wrapped, DATA)).isEqualTo(some);
    assertThat(kms.probe()).isEqualTo(Probe.OK);
  }

  @Test
  void anotherServiceOfTheSameKeyUnwraps() throws Exception {
    byte[] wrapped = kms.wrap(key, DATA);
    assertThat(opened(open()).unwrap(wrapped, DATA)).isEqualTo(key);
  }

  @Test
  void theSameKeyIsNeverWrappedTheSameAndIsNotInWhatIsWrapped() {
    byte[] wrapped = kms.wrap(key, DATA);
    assertThat(kms.wrap(key, DATA)).isNotEqualTo(wrapped);
    assertThat(new String(wrapped, StandardCharsets.ISO_8859_1))
        .doesNotContain(new String(key, StandardCharsets.ISO_8859_1));
  }

  @Test
  void whatIsWrappedIsHeldToItsAssociatedData() {
    byte[] wrapped = kms.wrap(key, DATA);
    assertRefused(kms, wrapped, OTHER_DATA, Probe.OK);
    assertRefused(kms, wrapped, new byte[0], Probe.OK);
  }

  /** The two uses that a node has for one key of the customer's, in one cluster. */
  @Test
  void aTenantsKeyIsNoClusterKeyNorTheReverse() {
    Tenant tenant = new Tenant(UUID.randomUUID(), NamespacePath.parse("acme"));
    Path file = Path.of("cluster.key");
    Instant now = Instant.now();
    byte[] ofCluster = ClusterKeyFile.make(kms, tenant.clusterId());
    WrappedTenantKey ofTenant = WrappedTenantKey.make(tenant, "own", kms, now);
    ClusterKeyFile.open(file, ofCluster, kms).close();
    ofTenant.unwrap(tenant, kms).close();

    int at = wrappingAt(ofCluster);
    byte[] wrapped = Arrays.copyOfRange(ofCluster, at, ofCluster.length);
    WrappedTenantKey crossed =
        new WrappedTenantKey("own", ofTenant.id(), ofTenant.commitment(), wrapped, now, now);
    assertThatExceptionOfType(KeyManagementException.class)
        .isThrownBy(() -> crossed.unwrap(tenant, kms))
        .satisfies(e -> assertThat(e.probe()).as("%s: %s", e, e.reason()).isEqualTo(Probe.OK));

    byte[] reverse =
        ByteBuffer.allocate(at + ofTenant.wrapped().length)
            .put(ofCluster, 0, at - Short.BYTES)
            .putShort((short) ofTenant.wrapped().length)
            .put(ofTenant.wrapped())
            .array();
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> ClusterKeyFile.open(file, reverse, kms))
        .withMessageContaining(" was not wrapped by this key, or is damaged: ");
    assertThat(kms.probe()).isEqualTo(Probe.OK);
  }

  /** In a file of a cluster key: where its one wrapping is, which is the rest. */
  private static int wrappingAt(byte[] file) {
    int sealed = 4 + 1 + 16 + 1;
    return sealed + Short.BYTES + ByteBuffer.wrap(file).getShort(sealed) + Short.BYTES;
  }

  @Test
  void whatAnotherKeyWrappedIsRefused() throws Exception {
    byte[] foreign = opened(openOther()).wrap(key, DATA);
    assertRefused(kms, foreign, DATA, Probe.OK);
  }

  @Test
  void whatIsDamagedIsRefusedAndSaysNothingOfTheKey() {
    byte[] wrapped = kms.wrap(key, DATA);
    for (int length : new int[] {0, 1, wrapped.length / 2, wrapped.length - 1}) {
      assertRefused(kms, Arrays.copyOf(wrapped, length), DATA, Probe.OK);
    }
    byte[] altered = wrapped.clone();
    altered[wrapped.length - 8] ^= 1;
    assertRefused(kms, altered, DATA, Probe.OK);
    assertRefused(kms, random(100), DATA, Probe.OK);
    assertThat(kms.probe()).isEqualTo(Probe.OK);
  }

  @Test
  void whatIsWrappedAnewIsTheSameKey() {
    byte[] wrapped = kms.wrap(key, DATA);
    byte[] anew = kms.rewrap(wrapped, DATA);
    assertThat(anew).isNotEqualTo(wrapped);
    assertThat(kms.unwrap(anew, DATA)).isEqualTo(key);
  }

  @Test
  void manyThreadsMayAsk() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<byte[]>> answers = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        answers.add(threads.submit(() -> kms.unwrap(kms.wrap(key, DATA), DATA)));
      }
      for (Future<byte[]> answer : answers) {
        assertThat(answer.get()).isEqualTo(key);
      }
    }
  }

  @Test
  void whatIsClosedTwiceIsClosed() {
    kms.close();
    kms.close();
  }

  @Test
  void aServiceSaysWhichKeyItIsOf() {
    assertThat(kms.describe()).isNotBlank().doesNotContain("\n");
  }
}
