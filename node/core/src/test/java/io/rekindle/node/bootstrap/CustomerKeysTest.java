package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The names of the configuration, and what becomes of them when its file changes. */
class CustomerKeysTest {
  private static final String ACME =
      """
      rekindle.keys.tenants.acme.provider=switched
      rekindle.keys.tenants.acme.local-key-file=%s
      """;

  @TempDir private Path folder;
  private final List<CustomerKeys> opened = new ArrayList<>();
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger parsed = new AtomicInteger();

  private void passASecond() {
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
  }

  private void write(String settings) throws IOException {
    Files.writeString(folder.resolve("node.properties"), settings);
  }

  private NodeConfig read() throws IOException {
    parsed.incrementAndGet();
    return NodeConfigLoader.load(folder, java.util.Map.of());
  }

  private CustomerKeys open(String settings) throws IOException {
    write(settings);
    CustomerKeys keys = new CustomerKeys(folder, this::read, nanos::get);
    opened.add(keys);
    return keys;
  }

  @AfterEach
  void close() {
    opened.forEach(CustomerKeys::close);
  }

  @Test
  void aKeyIsOpenedOnceAndItsFileParsedOnce() throws Exception {
    CustomerKeys keys = open(ACME.formatted("one"));
    KeyManagementService acme = keys.get("acme");
    for (int i = 0; i < 100; i++) {
      assertThat(keys.get("acme")).isSameAs(acme);
      assertThat(keys.follow("acme", _ -> true)).isFalse();
    }
    passASecond(); // It looks at the file again, which is as it was.
    assertThat(keys.follow("acme", _ -> true)).isFalse();
    assertThat(parsed).hasValue(1);
  }

  @Test
  void otherSettingsAreTakenWhenTheyWorkAndNotBefore() throws Exception {
    CustomerKeys keys = open(ACME.formatted("one"));
    KeyManagementService before = keys.get("acme");
    write(ACME.formatted("two"));
    passASecond();
    assertThat(keys.follow("acme", _ -> false)).isFalse();
    assertThat(keys.get("acme")).isSameAs(before);
    assertThat(keys.follow("acme", other -> other != before)).isTrue();
    assertThat(keys.get("acme")).isNotSameAs(before);
  }

  @Test
  void aNameThatIsNewInTheFileIsFound() throws Exception {
    CustomerKeys keys = open(ACME.formatted("one"));
    assertRefused(() -> keys.get("globex"), "rekindle.keys.tenants.globex is not configured");
    write(ACME.formatted("one") + ACME.formatted("three").replace("acme", "globex"));
    passASecond();
    assertThat(keys.get("globex").describe()).isNotEmpty();
  }

  @Test
  void settingsThatAreWrongAreOfOneTenantAlone() throws Exception {
    CustomerKeys keys =
        open(ACME.formatted("one") + "rekindle.keys.tenants.globex.provider=nobody\n");
    assertRefused(
        () -> keys.get("globex"), "rekindle.keys.tenants.globex.provider names an unknown");
    assertThat(keys.get("acme").describe()).isNotEmpty();
    write("rekindle.nonsense=1");
    passASecond();
    assertThat(keys.follow("acme", _ -> true)).isFalse();
    assertThat(keys.get("acme").describe()).isNotEmpty();
  }

  @Test
  void nothingIsOpenedAfterTheEnd() throws Exception {
    CustomerKeys keys = open(ACME.formatted("one"));
    keys.close();
    assertThatExceptionOfType(StartRefusedException.class).isThrownBy(() -> keys.get("acme"));
  }

  @Test
  void aStartIsRefusedByWhatIsRightOnNoMachine() throws Exception {
    assertStartRefused("rekindle.keys.tenants.acme.local-key-file=x", "another than local");
    assertStartRefused("rekindle.keys.tenants.ACME.provider=vault", "a-z");
    assertStartRefused("rekindle.keys.tenant-default=nobody", "tenants.nobody");
    write(ACME.formatted("one") + "rekindle.keys.tenant-default=acme");
    CustomerKeys.check(read());
  }

  private void assertStartRefused(String settings, String about) throws IOException {
    write(settings);
    NodeConfig config = read();
    assertRefused(() -> CustomerKeys.check(config), about);
  }

  private static void assertRefused(Runnable call, String about) {
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(call::run)
        .withMessageContaining(about);
  }
}
