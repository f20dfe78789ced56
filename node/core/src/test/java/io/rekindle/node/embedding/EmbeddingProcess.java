package io.rekindle.node.embedding;

import io.rekindle.node.error.RekindleException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** A process that embeds one text as its whole work, and tells what it has done to its machine. */
final class EmbeddingProcess {
  static final String EMBED = "embed";
  static final String CONNECT = "connect";

  private EmbeddingProcess() {}

  /** Runs it under {@code prefix} and gives the lines it printed. */
  static List<String> run(List<String> prefix, String work, String... properties)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(Arrays.asList(properties));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(EmbeddingProcess.class.getName(), work));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (Stream<String> lines = process.inputReader().lines()) {
      return lines.toList();
    } finally {
      process.destroy();
    }
  }

  public static void main(String[] args) throws IOException {
    switch (args[0]) {
      case EMBED -> embed(NativeLibraries.besideClasses());
      case CONNECT -> connect();
      default -> embed(Path.of(args[0]));
    }
    System.out.println("files " + filesInTemp());
    System.out.println("attempts " + connectionAttempts());
  }

  private static void embed(Path natives) {
    try (var model = new OnnxEmbeddingModel(ModelSpec.BGE_SMALL_EN, natives)) {
      System.out.println("dimensions " + model.embedQuery("a text").length);
    } catch (RekindleException e) {
      System.out.println(e.describe());
    }
  }

  private static void connect() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("192.0.2.1", 80), 1_000);
    } catch (IOException e) {
      System.out.println("no way out");
    }
  }

  private static long filesInTemp() throws IOException {
    try (Stream<Path> paths = Files.walk(Path.of(System.getProperty("java.io.tmpdir")))) {
      return paths.filter(Files::isRegularFile).count();
    }
  }

  /** Of this process's network: connections begun, datagrams sent, packets without a route. */
  private static long connectionAttempts() throws IOException {
    long sum = 0;
    List<String> lines = Files.readAllLines(Path.of("/proc/self/net/snmp"));
    for (int i = 0; i + 1 < lines.size(); i += 2) {
      String[] names = lines.get(i).split(" ", -1);
      String[] values = lines.get(i + 1).split(" ", -1);
      for (int j = 1; j < names.length; j++) {
        if (List.of("ActiveOpens", "OutDatagrams", "OutRequests", "OutNoRoutes")
            .contains(names[j])) {
          sum += Long.parseLong(values[j]);
        }
      }
    }
    return sum;
  }
}
