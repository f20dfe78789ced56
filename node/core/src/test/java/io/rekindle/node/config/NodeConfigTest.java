package io.rekindle.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.StartRefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeConfigTest {
  @TempDir Path folder;

  private NodeConfig load(Map<String, String> overrides) throws IOException {
    return NodeConfigLoader.load(folder, overrides);
  }

  @Test
  void theDefaultsAreThoseOfTheDocumentation() throws IOException {
    NodeConfig config = load(Map.of());
    assertThat(config.dataFolder()).isEqualTo(folder);
    assertThat(config.durability()).isEqualTo(Durability.PROCESS);
    assertThat(config.door().host()).isEqualTo("127.0.0.1");
    assertThat(config.door().port()).isEqualTo(8443);
    assertThat(config.door().requestBytesMax()).isEqualTo(DataSize.ofMebibytes(10));
    assertThat(config.door().requestsBytesMax()).isEqualTo(DataSize.ofMebibytes(128));
    assertThat(config.door().connectionsMax()).isEqualTo(1024);
    assertThat(config.door().handlerThreads()).isEqualTo(64);
    assertThat(config.door().handlerQueueMax()).isEqualTo(1024);
    assertThat(config.door().deadlineDefault()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.door().deadlineMax()).isEqualTo(Duration.ofMinutes(5));
    assertThat(config.ignite().dataRegionMax()).isEqualTo(DataSize.ofMebibytes(512));
    assertThat(config.ignite().walSegment()).isEqualTo(DataSize.ofMebibytes(16));
    assertThat(config.ignite().walSegments()).isEqualTo(4);
    assertThat(config.ignite().walArchiveMax()).isEqualTo(DataSize.ofMebibytes(256));
    assertThat(config.ignite().checkpointInterval()).isEqualTo(Duration.ofMinutes(3));
    assertThat(config.ignite().checkpointMax()).isEqualTo(Duration.ofMinutes(2));
    assertThat(config.ignite().backups()).isZero();
    assertThat(config.keys().provider()).isEqualTo("local");
    assertThat(config.keys().localKeyFile()).isEqualTo(Path.of("keys/local.key"));
    assertThat(config.keys().requestTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.keys().attempts()).isEqualTo(3);
    assertThat(config.keys().vault().mount()).isEqualTo("transit");
    assertThat(config.keys().vault().login()).isEqualTo(VaultKeysConfig.Login.TOKEN);
    assertThat(config.keys().vault().serviceAccountFile()).isAbsolute();
    assertThat(config.audit().blockBytes()).isEqualTo(DataSize.parse("256KiB"));
    assertThat(config.audit().blockInterval()).isEqualTo(Duration.ofMillis(100));
    assertThat(config.audit().heartbeat()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.audit().tailFileBytes()).isEqualTo(DataSize.ofMebibytes(16));
    assertThat(config.audit().tailBytesMax()).isEqualTo(DataSize.parse("1GiB"));
    assertThat(config.audit().verifyMax()).isEqualTo(Duration.ofMinutes(2));
    assertThat(config.index().memoryBytesMax()).isEqualTo(DataSize.ofMebibytes(512));
    assertThat(config.index().codesFrom()).isEqualTo(10_000);
    assertThat(config.index().listsFrom()).isEqualTo(50_000);
    assertThat(config.index().gatherMax()).isEqualTo(20_000);
    assertThat(config.index().wordsBytesMax().bytes()).isEqualTo(256L << 20);
    assertThat(config.index().wordsRefreshInterval()).isEqualTo(Duration.ofSeconds(1));
    assertThat(config.index().wordsCompactInterval()).isEqualTo(Duration.ofHours(1));
    assertThat(config.index().floatsMax()).isEqualTo(10_000);
    assertThat(config.index().idleAfter()).isEqualTo(Duration.ofMinutes(10));
    assertThat(config.embedding().batchItemsMax()).isEqualTo(32);
    assertThat(config.requests().inFlightPerKeyMax())
        .as("one key leaves handlers to the others")
        .isLessThan(config.door().handlerThreads());
    assertThat(config.embedding().batchInterval()).isEqualTo(Duration.ofMillis(100));
    assertThat(config.embedding().queueMax()).isEqualTo(10_000);
    assertThat(config.embedding().attemptsMax()).isEqualTo(10);
    assertThat(config.embedding().failedRetry()).isEqualTo(Duration.ofHours(24));
    assertThat(config.requests().inFlightMax()).isEqualTo(512);
    assertThat(config.requests().inFlightPerKeyMax()).isEqualTo(32);
    assertThat(config.requests().passLifetime()).isEqualTo(Duration.ofMinutes(1));
    assertThat(config.requests().idempotencyLifetime()).isEqualTo(Duration.ofHours(24));
    assertThat(config.maintenance().sweepInterval()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.maintenance().expiryInterval()).isEqualTo(Duration.ofMinutes(1));
    assertThat(config.maintenance().accessFlushInterval()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.disk().reserveBytes()).isEqualTo(DataSize.ofMebibytes(256));
  }

  @Test
  void theFileWinsOverDefaultsAndTheCommandLineOverTheFile() throws IOException {
    Files.writeString(
        folder.resolve(NodeConfigLoader.FILE),
        "rekindle.door.port=1\nrekindle.durability=power\nrekindle.disk.reserve-bytes=2GiB\n");
    NodeConfig config = load(Map.of("rekindle.door.port", "2"));
    assertThat(config.door().port()).isEqualTo(2);
    assertThat(config.durability()).isEqualTo(Durability.POWER);
    assertThat(config.disk().reserveBytes().bytes()).isEqualTo(2L << 30);
  }

  @Test
  void anUnknownKeyIsRefusedByName() throws IOException {
    assertRefused(
        Map.of("rekindle.dor.port", "2"), "The configuration key rekindle.dor.port is unknown.");
    Files.writeString(folder.resolve(NodeConfigLoader.FILE), "door.port=1\n");
    assertRefused(Map.of(), "The configuration key door.port is unknown.");
  }

  @Test
  void aMalformedValueIsRefusedByItsKeyAndNotQuoted() {
    assertRefused(
        Map.of("rekindle.disk.reserve-bytes", "many", "rekindle.door.port", "1"),
        "The configuration key rekindle.disk.reserve-bytes is missing or has a malformed value.");
    assertRefused(
        Map.of("rekindle.durability", "rekindle.door.port"),
        "The configuration key rekindle.durability is missing or has a malformed value.");
  }

  @ParameterizedTest
  @CsvSource({
    "door.handler-threads, 0, is at least 1",
    "door.connections-max, -1, is at least 1",
    "door.port, -1, is at least 0",
    "door.port, 65536, is at most 65535",
    "door.deadline-max, PT0S, is a time above zero",
    "door.deadline-max, PT-1S, is a time above zero",
    "door.request-bytes-max, 0B, is at least 1B",
    "index.codes-from, 0, is at least 1",
    "index.gather-max, -1, is at least 0",
    "index.floats-max, -1, is at least 0",
    "ignite.backups, -1, is at least 0",
    "embedding.workers, 0, is at least 1"
  })
  void aNumberOutOfItsRangeIsRefusedByItsKey(String key, String value, String why) {
    assertRefused(
        Map.of("rekindle." + key, value),
        "The configuration key rekindle." + key + " " + why + ".");
  }

  @Test
  void theEndsOfRangesAreTaken() throws IOException {
    NodeConfig config =
        load(
            Map.of(
                "rekindle.door.port", "0",
                "rekindle.index.gather-max", "0",
                "rekindle.index.floats-max", "0",
                "rekindle.door.handler-threads", "1",
                "rekindle.disk.reserve-bytes", "0B"));
    assertThat(config.index().gatherMax()).isZero();
    assertThat(config.index().floatsMax()).isZero();
    assertThat(config.disk().reserveBytes().bytes()).isZero();
  }

  private void assertRefused(Map<String, String> overrides, String sentence) {
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> load(overrides))
        .withMessage(sentence);
  }
}
