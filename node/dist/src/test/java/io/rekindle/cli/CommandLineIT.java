package io.rekindle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rekindle.cli.RunningDistribution.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands against a node of the assembled distribution, which is started once. */
@Timeout(300) // So that what waits for ever ends the build.
class CommandLineIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What a server decides, and a transfer does not carry. */
  private static final Set<String> OUTPUT_ONLY =
      Set.of(
          "namespace",
          "agent_id",
          "embedding_status",
          "embedding_model",
          "created_at",
          "updated_at",
          "version",
          "access_count",
          "last_accessed_at");

  @TempDir private static Path temporary;
  private static RunningDistribution node;

  @BeforeAll
  static void start() throws Exception {
    node = RunningDistribution.start(temporary.resolve("data"));
  }

  @AfterAll
  static void stop() throws InterruptedException {
    node.stop();
  }

  @Test
  void aNodeThatStartsHasNothingToComplainAbout() {
    assertThat(node.saidAtStart().lines())
        .as("but the JVM, of its module of vectors")
        .noneMatch(line -> !line.contains("incubator modules"));
  }

  @Test
  void aConfigurationThatCannotBeReadIsNamedAndEndsWithFailure() throws Exception {
    Path folder = Files.createDirectory(temporary.resolve("bad"));
    Files.writeString(folder.resolve("node.properties"), "rekindle.door.prt=1\n");

    Ended checked =
        RunningDistribution.launch("node", "check-config", "--data-folder", folder.toString());

    assertThat(checked.code()).isEqualTo(ExitCodes.FAILURE);
    assertThat(checked.out()).contains("rekindle.door.prt");
  }

  @Test
  void theStatusIsJsonForAScriptThatRunsTheCommandAsAProcess() throws Exception {
    Ended status =
        RunningDistribution.launch(
            "status", "-o", "json", "--data-folder", temporary.resolve("data").toString());

    assertThat(status.code()).isEqualTo(ExitCodes.OK);
    assertThat(JSON.readTree(status.out()).get("facts").size()).isPositive();
    assertThat(ok("status").out())
        .containsPattern("(?m)^cluster_id +[0-9a-f-]{36}$")
        .containsPattern("(?m)^disk_usable_bytes +[0-9]+$");
  }

  @Test
  void aMemoryIsStoredFoundChangedAndDeleted() throws Exception {
    ok("namespace", "create", "life/notes");
    String id =
        json(
                "store",
                "-n",
                "life/notes",
                "--tag",
                "drink",
                "The caller drinks green tea",
                "-o",
                "json")
            .at("/memory/memory_id")
            .asText();
    assertThat(ok("search", "-n", "life/notes", "--mode", "words", "drinks").out()).contains(id);
    awaitEmbedded("life/notes", id);

    assertThat(
            ok("search", "-n", "life/**", "-k", "1", "--mode", "meaning", "which beverage?").out())
        .contains("tea");
    assertThat(
            ok(
                    "search",
                    "-n",
                    "life/**",
                    "--explain",
                    "--weight",
                    "recency=1",
                    "--half-life",
                    "P1D",
                    "green tea")
                .out())
        .contains("tea")
        .containsPattern("meaning 0\\.\\d{3} #1 \\(exact.*\\), words \\d\\.\\d{3} #1, recency");
    assertThat(ok("memory", "get", "-n", "life/notes", id).out()).contains("green tea");
    assertThat(ok("memory", "list", "-n", "life/notes", "--filter", "tags:drink").out())
        .contains(id);
    ok("memory", "update", "-n", "life/notes", id, "{\"content\":\"The caller drinks coffee\"}");
    JsonNode changed = json("memory", "get", "-n", "life/notes", id, "-o", "json");
    assertThat(changed.get("content").asText()).isEqualTo("The caller drinks coffee");
    assertThat(changed.get("version").asInt()).isEqualTo(2);
    assertThat(code("memory", "delete", "-n", "life/notes", "--expected-version", "1", id))
        .isEqualTo(ExitCodes.FAILURE);
    assertThat(code("namespace", "delete", "life/notes")).isEqualTo(ExitCodes.FAILURE);
    assertThat(ok("memory", "delete", "-n", "life/notes", id).out())
        .isEqualTo(line("deleted " + id));
    assertThat(code("memory", "get", "-n", "life/notes", id)).isEqualTo(ExitCodes.NOT_FOUND);
    ok("namespace", "delete", "life/notes");
    assertThat(code("namespace", "get", "life/notes")).isEqualTo(ExitCodes.NOT_FOUND);
  }

  @Test
  void theStatusOfKeysIsSaidAndTheClustersIsWrappedAnew() throws Exception {
    ok("namespace", "create", "keys/a");
    assertThat(asked("kms", "status"))
        .containsPattern("(?m)^cluster key [0-9a-f-]{36}  opens all others.*; to be rotated by 20")
        .containsPattern("(?m)^group keys: [0-9]+  opens pages")
        .containsPattern("(?m)^cluster key .*; made 20.*; wrapped 20")
        .containsPattern("(?m)^namespace keys?.*made 20")
        .containsPattern("(?m)^subject keys?.*; wrapped by the cluster key")
        .contains("file keys  opens one file of an index each")
        .contains("file keys  opens one file or block of the audit each")
        .contains("file keys  opens the manifest, or one list of files, of a backup each");
    assertThat(ok("kms", "rewrap").out()).containsPattern("^[0-9a-f-]{36}  wrapped anew");
    JsonNode keys = JSON.readTree(asked("kms", "status", "-o", "json")).get("keys");
    assertThat(keys.get(0).get("state").asText()).isEqualTo("ok");
    Ended ofFolder =
        RunningDistribution.launch(
            "kms", "status", "--data-folder", temporary.resolve("data").toString());
    assertThat(ofFolder.out())
        .containsPattern("(?m)^answer +OK$")
        .doesNotContain("WARNING", "incubator");
    assertThat(ofFolder.code()).isEqualTo(ExitCodes.OK);
  }

  @Test
  void theClusterKeyIsReplacedAndTheApiKeyFromBeforeIsGood() throws Exception {
    assertThat(ok("kms", "replace").out())
        .containsPattern(
            "^the cluster key is [0-9a-f]{16} now: it wraps [0-9,]+ namespace and subject keys, and"
                + " [0-9]+ groups have new keys of pages");
    assertThat(asked("kms", "status")).containsPattern("(?m)^cluster key .*; made 20");
    Ended ofFolder =
        RunningDistribution.launch(
            "kms", "status", "--data-folder", temporary.resolve("data").toString());
    assertThat(ofFolder.out()).containsPattern("(?m)^generations +2$");
    assertThat(ok("audit", "list").out()).contains("cluster-key.replaced", "key.replace");
  }

  /** By a request, without the data folder as an option. */
  private static String asked(String... command) throws Exception {
    Path data = temporary.resolve("data");
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(
        List.of("--target", "localhost:" + Files.readString(data.resolve("node.port")).strip()));
    all.addAll(List.of("--ca", data.resolve("tls/server-ca.crt").toString()));
    all.addAll(List.of("--api-key-file", data.resolve("admin.key").toString()));
    Ended ended = RunningDistribution.launch(all.toArray(String[]::new));
    assertThat(ended.code()).as(ended.out()).isEqualTo(ExitCodes.OK);
    return ended.out();
  }

  @Test
  void aBackupIsMadeListedVerifiedRestoredIntoAFolderAndDeleted() throws Exception {
    JsonNode made = json("backup", "create", "--name", "by_hand", "-o", "json").get("backup");
    assertThat(made.get("files").asLong()).isPositive();
    assertThat(ok("backup", "create").out()).containsPattern("^[0-9]{8}_[0-9]{6}  ");
    assertThat(ok("backup", "list").out()).contains("by_hand  ").contains(" files, ");
    assertThat(ok("backup", "verify", "by_hand").out()).startsWith("whole: by_hand  ");
    assertThat(Path.of("ignite")).as("nothing is written beside the data folder").doesNotExist();
    assertThat(code("backup", "create", "--name", "by_hand")).isEqualTo(ExitCodes.FAILURE);
    assertThat(code("backup", "verify", "none")).isEqualTo(ExitCodes.NOT_FOUND);

    Path data = temporary.resolve("data");
    Path backup = data.resolve("backups/by_hand");
    String[] restore = {
      "node",
      "restore",
      "--data-folder",
      temporary.resolve("restored").toString(),
      "--from",
      backup.toString(),
      "--local-key",
      data.resolve("keys/local.key").toString()
    };
    Path manifest = backup.resolve("manifest");
    byte[] whole = Files.readAllBytes(manifest);
    Files.delete(manifest);
    assertThat(ok("backup", "list").out()).contains("by_hand  UNUSABLE: the manifest is missing");
    assertThat(code("backup", "verify", "by_hand")).isEqualTo(ExitCodes.FAILURE);
    Ended refused = RunningDistribution.launch(restore);
    assertThat(refused.code()).isEqualTo(ExitCodes.FAILURE);
    assertThat(refused.out()).contains("is no whole backup: the manifest is missing.");
    assertThat(temporary.resolve("restored")).doesNotExist();
    Files.write(manifest, whole);
    Ended restored = RunningDistribution.launch(restore);
    assertThat(restored.out()).contains("Checked the backup, and made ");
    assertThat(restored.code()).isEqualTo(ExitCodes.OK);
    assertThat(temporary.resolve("restored/restore.properties")).exists();
    assertThat(ok("backup", "delete", "by_hand").out()).isEqualTo(line("deleted by_hand"));
    assertThat(backup).doesNotExist();
  }

  @Test
  void aRepeatedStoreSaysThatItWasThereAlready() {
    ok("namespace", "create", "once/a");
    String[] store = {"store", "-n", "once/a", "--idempotency-key", "once", "a note"};
    String first = ok(store).out();

    assertThat(first).matches("stored [0-9a-f-]{36}\\R");
    assertThat(ok(store).out()).isEqualTo(first.replace("stored ", "was there already: "));
  }

  @Test
  void anImportNamesBadLinesAndSkipsThemOnlyWhenAsked() throws Exception {
    ok("namespace", "create", "import/a");
    Path file = temporary.resolve("some.jsonl");
    Files.writeString(
        file,
        """
        {"content":"first","external_key":"k1"}

        {"content":"third","no_such_field":1}
        {"content":"fourth","external_key":"k4"}
        {"content":""}
        {"content":"sixth"}
        """);

    Ended stopped = node.run("memory", "import", "-n", "import/a", file.toString());
    assertThat(stopped.code()).isEqualTo(ExitCodes.FAILURE);
    assertThat(stopped.err()).contains("line 3: ").doesNotContain("line 5: ");

    Ended skipped =
        ok("memory", "import", "-n", "import/a", "--skip-bad", "-o", "json", file.toString());
    assertThat(skipped.err()).contains("line 3: ").contains("line 5: ");
    assertThat(JSON.readTree(skipped.out()))
        .isEqualTo(JSON.readTree("{\"stored\":2,\"existing\":1,\"bad\":2}"));
    assertThat(ok("memory", "import", "-n", "import/a", "--skip-bad", file.toString()).out())
        .isEqualTo(line("0 stored, 3 were there already, 2 bad lines skipped"));
  }

  @Test
  void anExportIsWhatAnImportReads() throws Exception {
    ok("namespace", "create", "copy/from");
    ok("namespace", "create", "copy/to");
    Path file = temporary.resolve("all.jsonl");
    Files.writeString(
        file,
        """
        {"content":"plain"}
        {"content":"line\\nbreak \\u00e4 \\ud83c\\udf75","path":["a","b c"],"tags":["x","y"]}
        {"content":"full","external_key":"k","session_id":"s","subject_id":"p","source":"web",\
        "memory_type":"episode","sensitivity":"restricted","importance":0.25,\
        "expires_at":"2100-01-02T03:04:05.000006Z","metadata":{"n":9007199254740993,"m":{"t":true}}}
        """);
    ok("memory", "import", "-n", "copy/from", file.toString());
    Path first = temporary.resolve("first.jsonl");
    Path second = temporary.resolve("second.jsonl");

    assertThat(ok("memory", "export", "-n", "copy/from", first.toString()).err())
        .contains("3 memories written");
    ok("memory", "import", "-n", "copy/to", first.toString());
    ok("memory", "export", "-n", "copy/to", second.toString());

    assertThat(carried(first)).hasSize(3).isEqualTo(carried(second));
    assertThat(carried(first).toString()).contains("9007199254740993").contains("restricted");
    assertThat(code("memory", "export", "-n", "copy/to", second.toString()))
        .as("never over a file")
        .isEqualTo(ExitCodes.FAILURE);
    assertThat(ok("namespace", "delete", "--with-memories", "copy/from").out()).contains("3");
  }

  @Test
  void aStateIsSetComparedListedAndDeleted() {
    ok("namespace", "create", "state/a");
    ok("state", "set", "-n", "state/a", "--agent-id", "a1", "step", "{\"n\":1}");

    assertThat(code(state("set", "--expected-version", "0", "step", "2")))
        .isEqualTo(ExitCodes.FAILURE);
    assertThat(ok(state("set", "--expected-version", "1", "step", "{\"n\":2}")).out())
        .isEqualTo(line("set, version 2"));
    assertThat(ok(state("get", "step")).out().strip()).isEqualTo("{\"n\":2}");
    assertThat(ok(state("list")).out()).contains("step");
    assertThat(ok(state("delete", "step")).out()).isEqualTo(line("deleted step"));
    assertThat(code(state("get", "step"))).isEqualTo(ExitCodes.NOT_FOUND);
  }

  @Test
  void aKeyReachesWhatItWasGrantedAndWhatWasRefusedIsInTheAudit() throws Exception {
    ok("namespace", "create", "mine/a");
    ok("namespace", "create", "other/a");
    JsonNode key =
        json("key", "create", "--scope", "read_only", "--grant", "mine", "reader", "-o", "json");
    String id = key.at("/api_key/api_key_id").asText();
    Path secret = temporary.resolve("reader.key");
    Files.writeString(secret, key.get("secret").asText() + "\n");

    assertThat(as(secret, "memory", "list", "-n", "mine/a")).isEqualTo(ExitCodes.OK);
    assertThat(as(secret, "memory", "list", "-n", "other/a")).isEqualTo(ExitCodes.DENIED);
    assertThat(as(secret, "store", "-n", "mine/a", "x")).isEqualTo(ExitCodes.DENIED);
    ok("key", "grant", id, "other/a");
    assertThat(as(secret, "memory", "list", "-n", "other/a")).isEqualTo(ExitCodes.OK);
    ok("key", "ungrant", id, "other/a");
    assertThat(as(secret, "memory", "list", "-n", "other/a")).isEqualTo(ExitCodes.DENIED);
    assertThat(ok("key", "list").out()).contains(id);
    assertThat(ok("key", "revoke", id).out()).contains(id).contains("  revoked 2");
    assertThat(as(secret, "memory", "list", "-n", "mine/a")).isEqualTo(ExitCodes.DENIED);
    assertThat(ok("audit", "list", "--denied", "--api-key-id", id).out().lines())
        .anySatisfy(line -> assertThat(line).contains("  PERMISSION_DENIED  other/a  "))
        .allSatisfy(line -> assertThat(line).contains("  by " + id + " from "))
        .noneSatisfy(line -> assertThat(line).contains("  allowed  "));
    assertThat(ok("audit", "verify").out()).contains("whole");
  }

  @Test
  void aKeyIsGivenTheConditionAndTheActionsThatWereNamed() throws Exception {
    ok("namespace", "create", "narrow/a");
    String public_ = "sensitivity <= public";
    String[] create = {
      "key",
      "create",
      "--scope",
      "read_only",
      "--grant",
      "narrow",
      "--condition",
      public_,
      "--action",
      "audit",
      "--agent-id",
      "a1",
      "narrow"
    };
    String made = ok(create).out();
    assertThat(made).contains("  read_only  narrow  narrow where " + public_ + " +audit");
    String id = made.substring(0, made.indexOf(' '));
    assertThat(ok("key", "grant", "--condition", "version = 1", id, "narrow/a").out())
        .contains("narrow where " + public_ + " +audit, narrow/a where version = 1");
    assertThat(ok("key", "ungrant", "--condition", "version = 1", id, "narrow/a").out())
        .doesNotContain("version = 1");
    Path secret = temporary.resolve("narrow.key");
    Files.writeString(secret, made.lines().skip(1).findFirst().orElseThrow());
    ok("store", "-n", "narrow/a", "internal, as what nobody classified is");
    assertThat(
            node.run("memory", "list", "-n", "narrow/a", "--api-key-file", secret.toString()).out())
        .isEqualTo(line("(none)"));
  }

  @Test
  void aRefusalIsASentenceWithItsReasonAndItsRequest() throws Exception {
    Ended refused =
        node.run("memory", "get", "-n", "no/such", "00000000-0000-7000-8000-000000000000");

    assertThat(refused.out()).isEmpty();
    assertThat(refused.err())
        .matches("error: .+\\Rreason: NAMESPACE_NOT_FOUND\\Rrequest: [0-9a-f-]{36}\\R");
    assertThat(node.run("status", "--target", "localhost:9", "--timeout", "PT1S").err())
        .startsWith("error: no node answers");
  }

  @Test
  void theExitCodeSaysWhatWentWrong() {
    assertThat(code("memory", "list", "--nonsense")).isEqualTo(ExitCodes.USAGE);
    assertThat(code("memory", "list", "-n", "no/such")).isEqualTo(ExitCodes.NOT_FOUND);
    assertThat(code("memory", "list", "-n", "Not A Name")).isEqualTo(ExitCodes.FAILURE);
    assertThat(code("status", "--target", "localhost:9", "--timeout", "PT1S"))
        .isEqualTo(ExitCodes.UNAVAILABLE);
  }

  /** Bounded by the node's own patience: a memory that cannot be embedded is FAILED. */
  private static void awaitEmbedded(String namespace, String id) throws Exception {
    String status = "pending";
    while (status.equals("pending")) {
      status =
          json("memory", "get", "-n", namespace, id, "-o", "json").get("embedding_status").asText();
    }
    assertThat(status).isEqualTo("embedded");
  }

  /** The lines by id, without what the server decides. */
  @Test
  void anExportCarriesTheCallersOwnVectors() throws Exception {
    for (String side : List.of("from", "to")) {
      ok("namespace", "create", "--model", "external", "--dimensions", "3", "own/" + side);
    }
    Path file = temporary.resolve("vectors.jsonl");
    Files.writeString(file, "{\"content\":\"plain\",\"vector\":[0.1,-2.5e-8,3]}\n");
    ok("memory", "import", "-n", "own/from", file.toString());
    Path copied = temporary.resolve("copied.jsonl");

    ok("memory", "export", "-n", "own/from", copied.toString());
    ok("memory", "import", "-n", "own/to", copied.toString());

    String id = JSON.readTree(Files.readString(copied)).get("memory_id").asText();
    JsonNode got = JSON.readTree(ok("memory", "get", "-n", "own/to", "-o", "json", id).out());
    assertThat(got.toString()).contains("\"vector\":[0.1,-2.5E-8,3");
  }

  private static Map<String, JsonNode> carried(Path file) throws IOException {
    Map<String, JsonNode> carried = new TreeMap<>();
    for (String line : Files.readAllLines(file)) {
      ObjectNode memory = (ObjectNode) JSON.readTree(line);
      carried.put(memory.get("memory_id").asText(), memory.remove(OUTPUT_ONLY));
    }
    return carried;
  }

  private static String[] state(String verb, String... rest) {
    return java.util.stream.Stream.concat(
            List.of("state", verb, "-n", "state/a", "--agent-id", "a1").stream(),
            List.of(rest).stream())
        .toArray(String[]::new);
  }

  private static String line(String text) {
    return text + System.lineSeparator();
  }

  private static Ended ok(String... arguments) {
    Ended ended = node.run(arguments);
    assertThat(ended.code()).as("%s: %s", List.of(arguments), ended.err()).isEqualTo(ExitCodes.OK);
    return ended;
  }

  private static JsonNode json(String... arguments) throws IOException {
    return JSON.readTree(ok(arguments).out());
  }

  private static int code(String... arguments) {
    return node.run(arguments).code();
  }

  private static int as(Path secret, String... arguments) {
    return code(
        java.util.stream.Stream.concat(
                List.of(arguments).stream(), List.of("--api-key-file", secret.toString()).stream())
            .toArray(String[]::new));
  }
}
