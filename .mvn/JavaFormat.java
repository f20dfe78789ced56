import com.google.googlejavaformat.java.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs google-java-format over the tree: {@code JavaFormat check|fix <root>}.
 *
 * <p>It is started by the root {@code pom.xml} on JDK 25, because the formatter parses with the JDK
 * it runs on and Maven may run on an older one. Exit code 1 means that a file is not formatted; its
 * path is printed.
 */
final class JavaFormat {
  private JavaFormat() {}

  public static void main(String[] args) throws Exception {
    boolean fix = args[0].equals("fix");
    List<String> files = javaFiles(Path.of(args[1]));
    List<String> options = new ArrayList<>();
    options.addAll(fix ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
    options.addAll(files);
    int exit =
        new Main(new PrintWriter(System.out, true), new PrintWriter(System.err, true), System.in)
            .format(options.toArray(String[]::new));
    System.out.printf(
        "google-java-format: %s of %,d files, exit %d%n", args[0], files.size(), exit);
    if (exit != 0) {
      System.out.println("Format with: mvn -N process-sources -Dformat=fix");
    }
    System.exit(exit);
  }

  private static List<String> javaFiles(Path root) throws IOException {
    try (var paths = Files.walk(root)) {
      return paths
          .filter(path -> path.toString().endsWith(".java"))
          .filter(path -> !root.relativize(path).toString().matches("(.*/)?target/.*"))
          .map(Path::toString)
          .sorted()
          .toList();
    }
  }
}
