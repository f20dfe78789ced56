package io.rekindle.cli.command;

import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.Session;
import io.rekindle.v1.Backup;
import io.rekindle.v1.VerifyBackupResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rekindle backup create|list|verify|delete}. */
@Command(
    name = "backup",
    description = "Backups of the whole cluster; node restore begins a cluster with one.",
    mixinStandardHelpOptions = true)
public final class BackupCommands {
  @Command(
      description = "Make one, in the folder for backups of each node.",
      mixinStandardHelpOptions = true)
  int create(
      @Mixin Session session,
      @Option(
              names = "--name",
              description = "1 to 64 of a-z, 0-9 and _ (default: the time in UTC)",
              defaultValue = "")
          String name) {
    session.answer(
        session.connected(client -> client.backups().create(name).execute()),
        made -> line(made.getBackup()));
    return ExitCodes.OK;
  }

  @Command(
      description = "List those in the folder of the node that is asked.",
      mixinStandardHelpOptions = true)
  int list(@Mixin Session session) {
    session.answer(
        session.connected(client -> client.backups().list().execute()),
        listed -> Texts.lines(listed.getBackupsList(), BackupCommands::line));
    return ExitCodes.OK;
  }

  @Command(
      description = "Read every byte of one again; fails when it is not whole.",
      mixinStandardHelpOptions = true)
  int verify(@Mixin Session session, @Parameters(paramLabel = "NAME") String name) {
    VerifyBackupResponse verified =
        session.connected(client -> client.backups().verify(name).execute());
    session.answer(verified, BackupCommands::verdict);
    return verified.getProblemsCount() == 0 ? ExitCodes.OK : ExitCodes.FAILURE;
  }

  @Command(
      description = "Delete one, on all nodes that are there.",
      mixinStandardHelpOptions = true)
  int delete(@Mixin Session session, @Parameters(paramLabel = "NAME") String name) {
    session.answer(
        session.connected(client -> client.backups().delete(name).execute()),
        _ -> "deleted " + name);
    return ExitCodes.OK;
  }

  private static String verdict(VerifyBackupResponse verified) {
    return verified.getProblemsCount() == 0
        ? "whole: " + line(verified.getBackup())
        : Texts.lines(verified.getProblemsList(), problem -> "PROBLEM: " + problem);
  }

  private static String line(Backup backup) {
    return backup.getProblem().isEmpty()
        ? "%s  %s  %,d files, %,d bytes, %d %s"
            .formatted(
                backup.getName(),
                Texts.time(backup.getCreatedAt()),
                backup.getFiles(),
                backup.getBytes(),
                backup.getNodeIdsCount(),
                backup.getNodeIdsCount() == 1 ? "node" : "nodes")
        : "%s  UNUSABLE: %s".formatted(backup.getName(), backup.getProblem());
  }
}
