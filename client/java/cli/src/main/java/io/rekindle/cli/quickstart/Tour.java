package io.rekindle.cli.quickstart;

import io.grpc.Status;
import io.rekindle.cli.CommandFailedException;
import io.rekindle.cli.Progress;
import io.rekindle.cli.command.AuditCommands;
import io.rekindle.cli.command.Texts;
import io.rekindle.cli.node.NodeFolder;
import io.rekindle.cli.node.NodeProcess;
import io.rekindle.cli.transfer.MemoryImport;
import io.rekindle.client.RekindleClient;
import io.rekindle.client.RekindleClientException;
import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.ListAuditRecordsRequest;
import io.rekindle.v1.Memory;
import io.rekindle.v1.SearchHit;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.SearchMemoriesResponse;
import io.rekindle.v1.SearchTimes;
import io.rekindle.v1.VerifyAuditResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The steps of the quickstart, in order. Use once. */
final class Tour implements AutoCloseable {
  private static final Duration START_MAX = Duration.ofMinutes(3);
  private static final Duration EMBED_MAX = Duration.ofMinutes(5);
  private static final int AUDIT_PAGE = 50;

  private final NodeFolder folder;
  private final int port;
  private final Steps steps;
  private final Tenants tenants;
  private @Nullable NodeProcess node;

  Tour(NodeFolder folder, int port, Steps steps) {
    this.folder = folder;
    this.port = port;
    this.steps = steps;
    this.tenants = new Tenants(folder);
  }

  void run() throws InterruptedException {
    prepareFolder();
    startNode();
    try (RekindleClient admin = tenants.connect(folder.adminKey())) {
      steps.step("Namespaces: the boundaries between tenants");
      tenants.createNamespaces(admin, steps);
      steps.step("API keys: one for each company, opening its own namespaces and no others");
      tenants.createKeys(admin, steps);
      try (RekindleClient companyA = tenants.connect(tenants.keyOfA());
          RekindleClient companyB = tenants.connect(tenants.keyOfB())) {
        importCorpus(companyA, companyB);
        awaitEmbeddings(companyA, companyB);
        search(companyA);
        RekindleClientException denial = showDenial(companyA, companyB);
        showAuditRecord(admin, denial);
        verifyAudit(admin);
      }
    }
  }

  private void prepareFolder() {
    boolean found = folder.isInitialized();
    if (!found) {
      NodeProcess.initialize(folder);
    }
    steps.step(
        found
            ? "Folder " + folder.path() + " found, with its keys and certificates"
            : "Folder " + folder.path() + ": keys and certificates made, readable by you alone");
  }

  private void startNode() {
    long start = System.nanoTime();
    NodeProcess started =
        NodeProcess.start(folder, List.of("rekindle.door.port=" + port), START_MAX);
    node = started;
    steps.step(
        "Node ready on %s after %.1f s: TLS 1.3 only, everything on disk encrypted"
            .formatted(folder.target(), seconds(start)));
  }

  private void importCorpus(RekindleClient companyA, RekindleClient companyB) {
    steps.step("Memories: this project's documentation and two support desks' conversations");
    Map<String, String> jsonl = Corpus.load();
    jsonl.forEach(
        (namespace, lines) -> {
          RekindleClient client = namespace.startsWith("company_a") ? companyA : companyB;
          byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
          MemoryImport run = new MemoryImport(client, namespace, false, steps::line);
          try (Progress progress = new Progress("importing", bytes.length, true)) {
            MemoryImport.Result result = run.run(new ByteArrayInputStream(bytes), progress);
            steps.line(
                "%-18s %,d stored, %,d found again"
                    .formatted(namespace, result.stored(), result.existing()));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private void awaitEmbeddings(RekindleClient companyA, RekindleClient companyB)
      throws InterruptedException {
    long start = System.nanoTime();
    EmbeddingWait.of(companyA, Tenants.SUPPORT_A, EMBED_MAX);
    EmbeddingWait.of(companyA, Tenants.PRODUCT_A, EMBED_MAX);
    EmbeddingWait.of(companyB, Tenants.SUPPORT_B, EMBED_MAX);
    steps.step("Embedded on this machine: nothing pending after %.1f s".formatted(seconds(start)));
  }

  private void search(RekindleClient companyA) {
    steps.step("Search by meaning, with the key of company A");
    // The first search of a namespace builds its index; the times shown are of the ones after it.
    companyA.memories().search(Tenants.SUPPORT_A, "warm", 1).execute();
    companyA.memories().search(Tenants.PRODUCT_A, "warm", 1).execute();
    show(companyA, Tenants.SUPPORT_A, "the wifi is gone every evening", true);
    show(companyA, Tenants.SUPPORT_A, "customer wants their money back", true);
    show(companyA, Tenants.PRODUCT_A, "what happens when somebody kills the process?", false);
  }

  private void show(RekindleClient client, String namespace, String query, boolean mustFind) {
    SearchMemoriesResponse found = client.memories().search(namespace, query, 3).execute();
    if (mustFind && found.getHitsCount() == 0) {
      throw new CommandFailedException("a search found nothing in " + namespace);
    }
    SearchTimes times = found.getTimes();
    steps.line(
        "\"%s\" in %s  (embed %.1f ms, index %.2f ms, rows %.2f ms)"
            .formatted(
                query,
                namespace,
                times.getEmbedMicros() / 1e3,
                times.getIndexMicros() / 1e3,
                times.getJoinMicros() / 1e3));
    for (SearchHit hit : found.getHitsList()) {
      steps.line(
          "  %.2f  %s".formatted(hit.getScore(), Texts.preview(hit.getMemory().getContent())));
    }
  }

  private RekindleClientException showDenial(RekindleClient companyA, RekindleClient companyB) {
    steps.step("The key of company A asks for " + Tenants.SUPPORT_B);
    Memory ofB =
        companyB
            .memories()
            .search(Tenants.SUPPORT_B, "the battery", 1)
            .execute()
            .getHits(0)
            .getMemory();
    requireDenied(() -> companyA.memories().get(Tenants.SUPPORT_B, ofB.getMemoryId()).execute());
    requireDenied(() -> companyA.memories().store(Tenants.SUPPORT_B, "a letter for B").execute());
    SearchMemoriesRequest search =
        SearchMemoriesRequest.newBuilder()
            .addNamespaces(Tenants.SUPPORT_B)
            .setQuery("the battery")
            .build();
    RekindleClientException denial =
        requireDenied(() -> companyA.memories().search(search).execute());
    steps.line("get, store, search: " + denial.reason() + ", " + denial.getMessage());
    return denial;
  }

  private static RekindleClientException requireDenied(Runnable call) {
    try {
      call.run();
    } catch (RekindleClientException e) {
      if (e.code() == Status.Code.PERMISSION_DENIED) {
        return e;
      }
      throw e;
    }
    throw new CommandFailedException("a call across the boundary was not denied");
  }

  private void showAuditRecord(RekindleClient admin, RekindleClientException denial) {
    steps.step("Its audit record");
    String requestId = denial.requestId().orElse("");
    AuditRecord record =
        admin
            .audit()
            .list(
                ListAuditRecordsRequest.newBuilder()
                    .setDeniedOnly(true)
                    .setPageSize(AUDIT_PAGE)
                    .build())
            .execute()
            .getAuditRecordsList()
            .stream()
            .filter(candidate -> candidate.getRequestId().equals(requestId))
            .findFirst()
            .orElseThrow(() -> new CommandFailedException("the denial has no audit record"));
    steps.line(Texts.line(record));
  }

  private void verifyAudit(RekindleClient admin) {
    VerifyAuditResponse verified = admin.audit().verify().withDeadline(EMBED_MAX).execute();
    if (verified.getProblemsCount() > 0) {
      throw new CommandFailedException("the audit is not whole: " + verified.getProblems(0));
    }
    steps.step("Audit verified, " + AuditCommands.summary(verified));
  }

  /** Prints how to go on and waits for the node's end. */
  int serve() throws InterruptedException {
    NodeProcess serving = node;
    if (serving == null) {
      throw new IllegalStateException("the node was not started");
    }
    String option =
        folder.path().toString().equals(NodeFolder.DEFAULT)
            ? ""
            : " --data-folder " + folder.path();
    steps.line("");
    steps.line("The node keeps serving; Ctrl-C stops it. In another terminal:");
    steps.line("  ./rekindle search -n company_a/support 'broken on arrival'" + option);
    steps.line("  ./rekindle store -n company_a/support 'A memory of mine.'" + option);
    steps.line("  ./rekindle audit list --denied" + option);
    steps.line("  ./rekindle status" + option);
    return serving.waitFor();
  }

  private static double seconds(long startNanos) {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  @Override
  public void close() {
    NodeProcess started = node;
    if (started != null) {
      started.close();
    }
  }
}
