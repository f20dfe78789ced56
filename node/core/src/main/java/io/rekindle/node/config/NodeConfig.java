package io.rekindle.node.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The configuration of one node; see {@code docs/configuration.md}. Relative paths are below {@link
 * #dataFolder()}.
 */
@ConfigMapping(prefix = "rekindle")
public interface NodeConfig {
  /** Everything that the node keeps, and the only place that it writes to. */
  Path dataFolder();

  /** See {@link Durability}. */
  @WithDefault("process")
  Durability durability();

  Door door();

  Tls tls();

  Ignite ignite();

  Keys keys();

  Audit audit();

  Index index();

  Embedding embedding();

  Requests requests();

  Maintenance maintenance();

  Disk disk();

  /** The gRPC port. */
  interface Door {
    @WithDefault("127.0.0.1")
    String host();

    /** 0 takes a free port, printed at start. */
    @WithDefault("8443")
    int port();

    /** Of one request, decompressed. */
    @WithDefault("10MiB")
    @WithConverter(DataSizeConverter.class)
    DataSize requestBytesMax();

    @WithDefault("1024")
    int connectionsMax();

    /** Threads that run handlers; more requests wait in a queue of {@link #handlerQueueMax()}. */
    @WithDefault("64")
    int handlerThreads();

    @WithDefault("1024")
    int handlerQueueMax();

    /** A request without a deadline gets this one. */
    @WithDefault("PT30S")
    Duration deadlineDefault();

    @WithDefault("PT5M")
    Duration deadlineMax();
  }

  /** Certificates in PEM; the quickstart makes them. */
  interface Tls {
    @WithDefault("tls/server.crt")
    Path serverCertificate();

    @WithDefault("tls/server.key")
    Path serverKey();

    @WithDefault("tls/node.crt")
    Path nodeCertificate();

    @WithDefault("tls/node.key")
    Path nodeKey();

    /** The CA for nodes alone: whoever holds a certificate of it can join. */
    @WithDefault("tls/node-ca.crt")
    Path nodeCa();
  }

  /** What Ignite may use. */
  interface Ignite {
    @WithDefault("512MiB")
    @WithConverter(DataSizeConverter.class)
    DataSize dataRegionMax();

    @WithDefault("64MiB")
    @WithConverter(DataSizeConverter.class)
    DataSize dataRegionInitial();

    @WithDefault("64MiB")
    @WithConverter(DataSizeConverter.class)
    DataSize checkpointBuffer();

    @WithDefault("16MiB")
    @WithConverter(DataSizeConverter.class)
    DataSize walSegment();

    @WithDefault("4")
    int walSegments();

    @WithDefault("256MiB")
    @WithConverter(DataSizeConverter.class)
    DataSize walArchiveMax();

    @WithDefault("PT3M")
    Duration checkpointInterval();

    /** 0 takes a free port of loopback. */
    @WithDefault("0")
    int discoveryPort();

    @WithDefault("0")
    int communicationPort();

    @WithDefault("0")
    int backups();

    @WithDefault("PT10S")
    Duration failureDetection();
  }

  /** Where the cluster key is, and who wraps it. */
  interface Keys {
    /** The provider of the customer's key: only {@code local} is built in. */
    @WithDefault("local")
    String provider();

    /** The development key file of the provider {@code local}, mode 0600. */
    @WithDefault("keys/local.key")
    Path localKeyFile();

    /** The wrapped cluster key; worthless without the provider. */
    @WithDefault("keys/cluster.key")
    Path clusterKeyFile();
  }

  /** The audit log. */
  interface Audit {
    @WithDefault("256KiB")
    @WithConverter(DataSizeConverter.class)
    DataSize blockBytes();

    @WithDefault("PT0.1S")
    Duration blockInterval();

    @WithDefault("PT10S")
    Duration heartbeat();

    /** Distinct (address, reason) pairs summed per second; the rest are counted together. */
    @WithDefault("64")
    int failuresPerSecondMax();

    /** A tail file is deleted as a whole, when its records are in Ignite. */
    @WithDefault("16MiB")
    @WithConverter(DataSizeConverter.class)
    DataSize tailFileBytes();

    /** Of records that are not in Ignite yet, as while the node is locked; then nothing answers. */
    @WithDefault("1GiB")
    @WithConverter(DataSizeConverter.class)
    DataSize tailBytesMax();
  }

  /** The slice indexes. */
  interface Index {
    /** Of all slices together, off-heap; idle slices leave first. */
    @WithDefault("512MiB")
    @WithConverter(DataSizeConverter.class)
    DataSize memoryBytesMax();

    @WithDefault("PT10M")
    Duration idleAfter();

    /** How long a search waits for a slice that is being built. */
    @WithDefault("PT10S")
    Duration buildWaitMax();
  }

  /** The embedding pipeline. */
  interface Embedding {
    /** Where natives of ONNX Runtime and the tokenizer were unpacked by the build. */
    Optional<Path> nativeFolder();

    @WithDefault("32")
    int batchItemsMax();

    @WithDefault("PT0.1S")
    Duration batchInterval();

    /** Ids that wait; beyond it rows stay pending for the sweep. */
    @WithDefault("10000")
    int queueMax();

    @WithDefault("1")
    int workers();

    @WithDefault("10")
    int attemptsMax();

    @WithDefault("PT1S")
    Duration retryFirst();

    @WithDefault("PT5M")
    Duration retryMax();

    @WithDefault("PT24H")
    Duration failedRetry();

    /** Query vectors kept, by a keyed hash of the text. */
    @WithDefault("1000")
    int queryCacheMax();
  }

  /** Limits of admission. */
  interface Requests {
    @WithDefault("512")
    int inFlightMax();

    @WithDefault("64")
    int inFlightPerKeyMax();

    /** Of an access pass. */
    @WithDefault("PT1M")
    Duration passLifetime();

    @WithDefault("PT24H")
    Duration idempotencyLifetime();
  }

  /** Background work. */
  interface Maintenance {
    @WithDefault("PT30S")
    Duration sweepInterval();

    @WithDefault("PT1M")
    Duration expiryInterval();

    @WithDefault("PT5S")
    Duration accessFlushInterval();

    /** Memories whose access counts wait; beyond it the counters are flushed at once. */
    @WithDefault("10000")
    int accessTrackedMax();
  }

  /** What is left free. */
  interface Disk {
    /** Below it writes are refused; reads, audit, deletes and revocations go on. */
    @WithDefault("256MiB")
    @WithConverter(DataSizeConverter.class)
    DataSize reserveBytes();
  }
}
