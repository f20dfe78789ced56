package io.rekindle.node.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The configuration of one node; see {@code docs/configuration.md}. Relative paths are below {@link
 * #dataFolder()}.
 */
@ConfigMapping(prefix = "rekindle")
public interface NodeConfig {
  /** Everything that the node keeps, and the only place that it writes to. */
  Path dataFolder();

  /** {@code process} survives kill -9, {@code power} a power loss too (fsync, group commit). */
  @WithDefault("process")
  Durability durability();

  Door door();

  Tls tls();

  Cluster cluster();

  Ignite ignite();

  KeysConfig keys();

  Audit audit();

  IndexConfig index();

  Embedding embedding();

  Requests requests();

  Maintenance maintenance();

  Disk disk();

  Backup backup();

  /** The gRPC port. */
  interface Door {
    /** The address to listen on. */
    @WithDefault("127.0.0.1")
    String host();

    /** 0 takes a free port, printed at start. */
    @WithDefault("8443")
    @Range(min = 0, max = 65_535)
    int port();

    /** Of one request, decompressed. */
    @WithDefault("10MiB")
    @WithConverter(DataSizeConverter.class)
    DataSize requestBytesMax();

    /**
     * Of all requests, from their first byte to the last of their answers; further ones get
     * TOO_MANY_REQUESTS. Well above {@link #requestBytesMax()}.
     */
    @WithDefault("128MiB")
    @WithConverter(DataSizeConverter.class)
    DataSize requestsBytesMax();

    /** Connections open at a time; further ones are closed at once. */
    @WithDefault("1024")
    int connectionsMax();

    /** Threads that run handlers; more requests wait in a queue of {@link #handlerQueueMax()}. */
    @WithDefault("64")
    int handlerThreads();

    /** Requests that wait for a handler thread; further ones get TOO_MANY_REQUESTS. */
    @WithDefault("1024")
    int handlerQueueMax();

    /** A request without a deadline gets this one. */
    @WithDefault("PT30S")
    Duration deadlineDefault();

    /** A client's longer deadline is cut to this one. */
    @WithDefault("PT5M")
    Duration deadlineMax();
  }

  /** Certificates in PEM; the quickstart makes them. */
  interface Tls {
    /** Of the door, with its chain. */
    @WithDefault("tls/server.crt")
    Path serverCertificate();

    /** Its key, PKCS#8, mode 0600. */
    @WithDefault("tls/server.key")
    Path serverKey();

    /** Of this node among nodes, with its chain. */
    @WithDefault("tls/node.crt")
    Path nodeCertificate();

    /** Its key, PKCS#8, mode 0600. */
    @WithDefault("tls/node.key")
    Path nodeKey();

    /** The CA for nodes alone: whoever holds a certificate of it can join. */
    @WithDefault("tls/node-ca.crt")
    Path nodeCa();
  }

  /** Which nodes are one cluster; see docs/cluster.md. */
  interface Cluster {
    /** The address that other nodes reach this one at. */
    @WithDefault("127.0.0.1")
    String host();

    /**
     * Where other nodes are looked for: `host:port` of their discovery, with commas between; names
     * are resolved anew at each look, to all their addresses. None for a node that is alone.
     */
    Optional<List<String>> addresses();

    /**
     * Nodes that must be there before a cluster begins; 0 for a node that only joins one, and never
     * begins another.
     */
    @WithDefault("1")
    @Range(min = 0, max = 255)
    int initialNodes();

    /**
     * Nodes of the baseline that are gone for good, by id with commas between: a cluster that was
     * stopped as a whole starts without them, and takes them out of its baseline. What only they
     * had is lost. Taken from the node that is told, for this start.
     */
    Optional<List<String>> startWithout();

    /** A node that has heard of no majority for so long answers nothing. */
    @WithDefault("PT5S")
    Duration contactMax();

    /** After so long without a majority the process ends, for its supervisor to start it again. */
    @WithDefault("PT30S")
    Duration haltAfter();

    /** Clocks of two nodes may differ by this much; a node that is further off does not start. */
    @WithDefault("PT1S")
    Duration clockDifferenceMax();

    /**
     * For so long after its start a node leaves requests to those that have the same copies and
     * were there before, and loads its indexes meanwhile. Not where there are none.
     */
    @WithDefault("PT2M")
    Duration settling();
  }

  /** What Ignite may use. */
  interface Ignite {
    /** Off-heap memory for pages. */
    @WithDefault("512MiB")
    @WithConverter(DataSizeConverter.class)
    DataSize dataRegionMax();

    /** Taken at start. */
    @WithDefault("64MiB")
    @WithConverter(DataSizeConverter.class)
    DataSize dataRegionInitial();

    /** Copies of pages that change while a checkpoint writes them. */
    @WithDefault("64MiB")
    @WithConverter(DataSizeConverter.class)
    DataSize checkpointBuffer();

    /** One file of the write-ahead log. */
    @WithDefault("16MiB")
    @WithConverter(DataSizeConverter.class)
    DataSize walSegment();

    /** Files written in turn. */
    @WithDefault("4")
    int walSegments();

    /** Of segments kept for recovery and rebalance. */
    @WithDefault("256MiB")
    @WithConverter(DataSizeConverter.class)
    DataSize walArchiveMax();

    /** How often changed pages are written to their place. */
    @WithDefault("PT3M")
    Duration checkpointInterval();

    /** How long a rotation of the keys of pages waits for a node to write what has changed. */
    @WithDefault("PT2M")
    Duration checkpointMax();

    /** Where other nodes find this one; 0 takes a free port. */
    @WithDefault("0")
    @Range(min = 0, max = 65_535)
    int discoveryPort();

    /** Where other nodes talk to this one; 0 takes a free port. */
    @WithDefault("0")
    @Range(min = 0, max = 65_535)
    int communicationPort();

    /** Copies of a partition besides the primary one. */
    @WithDefault("0")
    @Range(min = 0)
    int backups();

    /** After this a silent node counts as failed. */
    @WithDefault("PT10S")
    Duration failureDetection();
  }

  /** The audit log. */
  interface Audit {
    /** A block is cut at this size. */
    @WithDefault("256KiB")
    @WithConverter(DataSizeConverter.class)
    DataSize blockBytes();

    /** Or after this time, whichever is first. */
    @WithDefault("PT0.1S")
    Duration blockInterval();

    /** How often the chain records how long it is: a cut tail is found up to the last one. */
    @WithDefault("PT10S")
    Duration heartbeat();

    /**
     * Distinct (address, reason) pairs of refusals summed per second; the rest are counted
     * together.
     */
    @WithDefault("64")
    int refusalsPerSecondMax();

    /** A tail file is deleted as a whole, when its records are in Ignite. */
    @WithDefault("16MiB")
    @WithConverter(DataSizeConverter.class)
    DataSize tailFileBytes();

    /** Of records that are not in Ignite yet, as while the node is locked; then nothing answers. */
    @WithDefault("1GiB")
    @WithConverter(DataSizeConverter.class)
    DataSize tailBytesMax();

    /**
     * How long a node may verify its chain for a request; of one that takes longer, or does not
     * answer, only the blocks are verified, and all of these together may take as long again.
     */
    @WithDefault("PT2M")
    Duration verifyMax();
  }

  /** The embedding pipeline. */
  interface Embedding {
    /** Where natives of ONNX Runtime and the tokenizer were unpacked by the build. */
    Optional<Path> nativeFolder();

    /** Folders of models, one each, beside the built-in ones; see docs/models.md. */
    Optional<Path> modelsFolder();

    /** Folders in {@link #modelsFolder()}; a node with more does not start. */
    @WithDefault("64")
    @Range(max = 64)
    int modelsMax();

    /** Of one `model.onnx`; never more than 2 GiB. */
    @WithDefault("1GiB")
    @WithConverter(DataSizeConverter.class)
    DataSize modelBytesMax();

    /** Of one `tokenizer.json`. */
    @WithDefault("32MiB")
    @WithConverter(DataSizeConverter.class)
    DataSize tokenizerBytesMax();

    /** Texts in one batch. */
    @WithDefault("32")
    int batchItemsMax();

    /** How long the first text of a batch waits for company while all workers are busy. */
    @WithDefault("PT0.1S")
    Duration batchInterval();

    /** Ids that wait; beyond it rows stay pending for the sweep. */
    @WithDefault("10000")
    int queueMax();

    /** Threads that embed, one core each. */
    @WithDefault("1")
    int workers();

    /**
     * Whose texts the node embeds: `any`, its `own`, or of `none`; queries it embeds itself in any
     * case.
     */
    @WithDefault("any")
    EmbeddingRole role();

    /** Batches that are with other nodes at a time. */
    @WithDefault("4")
    @Range(max = 64)
    int sentMax();

    /** How long another node may take for a batch; then it goes to the next one. */
    @WithDefault("PT5M")
    Duration sentTimeout();

    /** Batches of other nodes that are here at a time; they share {@link #workers()}. */
    @WithDefault("4")
    @Range(max = 64)
    int takenMax();

    /** Of one model call, for one chunk of a text; after it the attempt has failed. */
    @WithDefault("PT2M")
    Duration callTimeout();

    /** Of the call for one query, all its windows; after it the search is refused. */
    @WithDefault("PT10S")
    Duration queryTimeout();

    /**
     * Calls that go on after their time; at so many the node embeds no more until a restart. Those
     * for queries and those for what is stored count apart.
     */
    @WithDefault("8")
    int hungCallsMax();

    /** After so many a memory is {@code failed}. */
    @WithDefault("10")
    int attemptsMax();

    /** The pause after the first failure; it doubles. */
    @WithDefault("PT1S")
    Duration retryFirst();

    /** The longest pause. */
    @WithDefault("PT5M")
    Duration retryMax();

    /** How long a {@code failed} memory waits for its next attempt. */
    @WithDefault("PT24H")
    Duration failedRetry();

    /** Query vectors kept, by a keyed hash of the text. */
    @WithDefault("1000")
    @Range(min = 0)
    int queryCacheMax();
  }

  /** Limits of admission. */
  interface Requests {
    /** Of all callers together. */
    @WithDefault("512")
    int inFlightMax();

    /** Of one API key; fewer than `handler-threads`, so that no key can hold them all. */
    @WithDefault("32")
    int inFlightPerKeyMax();

    /**
     * Searches that wait for embeddings (`wait_for`), of all callers together; further ones get
     * TOO_MANY_REQUESTS. While they wait they hold no thread, and are not in flight.
     */
    @WithDefault("1024")
    int waitingMax();

    /** Of one API key; they come back together, so not more than {@link #inFlightPerKeyMax()}. */
    @WithDefault("32")
    int waitingPerKeyMax();

    /** How long a search with `wait_for` waits at most that does not say how long. */
    @WithDefault("PT10S")
    Duration waitDefault();

    /** The longest `wait_timeout` that is taken. */
    @WithDefault("PT1M")
    Duration waitMax();

    /** Of an access pass. */
    @WithDefault("PT1M")
    Duration passLifetime();

    /** How long a repeated write is recognised. */
    @WithDefault("PT24H")
    Duration idempotencyLifetime();
  }

  /** Background work. */
  interface Maintenance {
    /** The pause between looks for memories that wait and are in no queue. */
    @WithDefault("PT30S")
    Duration sweepInterval();

    /** The pause between deletions of what has expired. */
    @WithDefault("PT1M")
    Duration expiryInterval();

    /** The pause between writes of access counts. */
    @WithDefault("PT5S")
    Duration accessFlushInterval();

    /**
     * Memories whose access counts wait; from there on they are written at once, beside the
     * searches.
     */
    @WithDefault("10000")
    int accessTrackedMax();
  }

  /** What is left free. */
  interface Disk {
    /** Below it writes are refused; reads, audit, deletes and revocations go on. */
    @WithDefault("256MiB")
    @WithConverter(DataSizeConverter.class)
    @Range(min = 0)
    DataSize reserveBytes();
  }

  /** What `rekindle backup` makes; see docs/backup.md. */
  interface Backup {
    /** One folder for each backup is made in it; on another disk, or shared by all nodes. */
    @WithDefault("backups")
    Path folder();

    /** How long a node may take to write, or read again, its part of one. */
    @WithDefault("PT2H")
    Duration writeMax();
  }
}
