package io.rekindle.node.bootstrap;

import io.grpc.Channel;
import io.rekindle.node.access.Authorizer;
import io.rekindle.node.access.SystemPass;
import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.audit.TestAudit;
import io.rekindle.node.authn.ApiKeyMint;
import io.rekindle.node.authn.Authenticator;
import io.rekindle.node.authn.IssuedApiKey;
import io.rekindle.node.cluster.NodeCertificates;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.embedding.CallWatch;
import io.rekindle.node.embedding.EmbeddingQueue;
import io.rekindle.node.embedding.EmbeddingWaits;
import io.rekindle.node.embedding.ModelRegistry;
import io.rekindle.node.embedding.QueryVectorCache;
import io.rekindle.node.endpoint.grpc.GrpcDoor;
import io.rekindle.node.endpoint.grpc.GrpcTestDoor;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.gate.DiskReserve;
import io.rekindle.node.gate.RequestGate;
import io.rekindle.node.maintenance.embedding.AloneGrid;
import io.rekindle.node.maintenance.embedding.EmbedOperation;
import io.rekindle.node.maintenance.embedding.EmbeddingPipeline;
import io.rekindle.node.maintenance.embedding.PinnedModels;
import io.rekindle.node.model.AccessCommand.CreateKey;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.KeyScope;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.pipeline.status.StatusHandler;
import io.rekindle.node.storage.AccessCounters;
import io.rekindle.node.storage.SharedNode;
import io.rekindle.node.storage.StorageNode;
import io.rekindle.node.storage.engine.IgniteStorage;
import io.rekindle.node.telemetry.NodeMeters;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A node of real parts, from the socket to the disk, but for its model: that one embeds when the
 * test lets it. Few may wait, and two threads handle everything.
 */
final class HeldNode implements AutoCloseable {
  static final int HANDLER_THREADS = 2;
  static final int WAITING_MAX = 4;
  static final int WAITING_PER_KEY_MAX = 3;

  static final StorageNode NODE = SharedNode.node();

  private static final SystemPass PASS = SystemPass.mint(SystemPass.Purpose.EMBEDDING);

  final HeldModel model = new HeldModel(StorageNode.DIMENSIONS);
  final EmbeddingWaits waits;
  private final Path folder;
  private final List<NamespacePath> namespaces = new CopyOnWriteArrayList<>();
  private final AuditLog audit;
  private final NodeMeters meters = new NodeMeters();
  private final CallWatch watch;
  private final CallWatch queries;
  private final EmbeddingPipeline pipeline;
  private final GrpcDoor door;
  private final GrpcTestDoor client;

  HeldNode(Path folder) throws IOException {
    this.folder = folder;
    NodeConfig config = NodeConfigLoader.load(folder, config());
    IgniteStorage storage = NODE.storage();
    ModelRegistry models = new ModelRegistry(List.of(model));
    audit = TestAudit.open(folder.resolve("audit"));
    watch = CallWatch.ofPassages(config.embedding());
    queries = CallWatch.ofQueries(config.embedding());
    waits = new EmbeddingWaits(config.requests(), new SettledContents(storage, PASS));
    EmbeddingQueue queue = new EmbeddingQueue(config.embedding());
    EmbedOperation operation =
        new EmbedOperation(
            storage.namespaces(),
            storage.vectors(),
            new PinnedModels(models, storage.modelPins(), PASS),
            watch,
            meters,
            waits::changed,
            PASS);
    pipeline =
        new EmbeddingPipeline(
            config.embedding(),
            queue,
            AloneGrid.of(config.embedding(), operation::run),
            (item, version) ->
                storage
                    .vectors()
                    .fail(
                        PASS,
                        storage.namespaces().get(PASS, item.namespace()),
                        item.memoryId(),
                        version));
    pipeline.start();
    RequestGate gate = gate(config, storage, models, queue);
    Path tls = folder.resolve("tls");
    // By the real clock: a client looks at no other, and the shared node's may be days ahead.
    NodeCertificates.create(
        tls, UUID.randomUUID(), List.of(), Instant.now(), NodeCertificates.Validity.DEFAULT);
    door =
        GrpcDoor.open(
            config.door(),
            new GrpcDoor.Wiring(
                tls.resolve("server.crt"),
                tls.resolve("server.key"),
                gate,
                (peer, refusal) -> audit.refusedWithoutWaiting(peer, refusal.name()),
                List::of,
                meters::scrape,
                NODE.clock));
    client = client();
  }

  private static Map<String, String> config() {
    return Map.of(
        "rekindle.door.port",
        "0",
        "rekindle.door.handler-threads",
        Integer.toString(HANDLER_THREADS),
        "rekindle.embedding.attempts-max",
        "1",
        "rekindle.embedding.batch-items-max",
        "1",
        "rekindle.requests.waiting-max",
        Integer.toString(WAITING_MAX),
        "rekindle.requests.waiting-per-key-max",
        Integer.toString(WAITING_PER_KEY_MAX));
  }

  /** What is null here is the engine's, of which there is none. */
  @SuppressWarnings("NullAway")
  private RequestGate gate(
      NodeConfig config, IgniteStorage storage, ModelRegistry models, EmbeddingQueue queue) {
    DiskReserve disk = new DiskReserve(0, () -> Long.MAX_VALUE);
    NodeParts parts =
        new NodeParts(
            config, null, null, null, null, null, audit, models, meters, disk, null, NODE.clock);
    Authorizer authorizer =
        new Authorizer(storage.grants(), NODE.clock, config.requests().passLifetime());
    return RequestGate.of(
        config.requests(),
        new Authenticator(storage.apiKeys(), NODE.clock),
        authorizer,
        audit,
        meters,
        disk,
        NODE.clock,
        _ -> ErrorCode.INTERNAL,
        Handlers.of(
            parts,
            storage,
            storage.memories(),
            storage.agentStates(),
            NODE.keyring(),
            authorizer,
            new AccessCounters(config.maintenance().accessTrackedMax(), NODE.clock),
            queue,
            waits,
            queries,
            new QueryVectorCache(config.embedding().queryCacheMax()),
            null,
            null,
            null,
            new StatusHandler("", List::of, storage.apiKeys()),
            null));
  }

  /** Another connection. */
  GrpcTestDoor client() {
    return new GrpcTestDoor(door.port(), tls());
  }

  private Path tls() {
    return folder.resolve("tls/server-ca.crt");
  }

  /** A namespace of the held model; it goes with the node. */
  String namespace() {
    NamespacePath path =
        SharedNode.freshNamespace(
                new NamespaceSettings(
                    model.id(), model.dimensions(), model.distance(), List.of(), false, 1))
            .path();
    namespaces.add(path);
    return path.toString();
  }

  void delete(String namespace) {
    NamespacePath path = NamespacePath.parse(namespace);
    namespaces.remove(path);
    NODE.storage().namespaces().delete(StorageNode.PASS, path, true);
  }

  /** A key that may do anything where it is granted. */
  static IssuedApiKey key(GrantSpec... grants) {
    IssuedApiKey issued =
        new ApiKeyMint()
            .issue(
                new CreateKey("a test's key", KeyScope.ADMIN, null, null, null, List.of(grants)),
                NODE.storage().apiKeys().peppers().getFirst(),
                NODE.clock.instant());
    var _ = NODE.storage().apiKeys().create(StorageNode.PASS, issued.stored(), List.of(grants));
    return issued;
  }

  static void revoke(IssuedApiKey key) {
    var _ =
        NODE.storage().apiKeys().revoke(StorageNode.PASS, key.stored().id(), NODE.clock.instant());
  }

  static void remove(IssuedApiKey key, GrantSpec grant) {
    var _ = NODE.storage().grants().remove(StorageNode.PASS, key.stored().id(), grant);
  }

  Channel channel(IssuedApiKey key) {
    return client.channel(key.text());
  }

  /** What the searches of a key have left in the audit: kind and decision. */
  List<String> searches(IssuedApiKey key) {
    return TestAudit.records(audit).stream()
        .filter(entry -> key.stored().id().equals(entry.principal()))
        .filter(entry -> entry.action().equals("memory.search"))
        .map(entry -> entry.kind() + " " + entry.decision())
        .toList();
  }

  @Override
  public void close() {
    model.release();
    client.close();
    waits.close();
    door.close();
    pipeline.close();
    watch.close();
    queries.close();
    audit.close();
    meters.close();
    // Other tests look at all that waits on the shared engine.
    List.copyOf(namespaces).forEach(path -> delete(path.toString()));
  }
}
