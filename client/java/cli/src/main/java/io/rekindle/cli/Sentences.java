package io.rekindle.cli;

import static java.util.Objects.requireNonNull;

import io.grpc.Status;
import io.rekindle.client.RekindleClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import javax.net.ssl.SSLException;

/** What went wrong, and what to do, where a library's own message says neither. */
final class Sentences {
  private Sentences() {}

  /** Of a call: gRPC calls everything below it an "io exception". */
  static String of(RekindleClientException error) {
    String message = String.valueOf(error.getMessage());
    if (error.code() == Status.Code.DEADLINE_EXCEEDED && error.requestId().isEmpty()) {
      return "no answer within the time that --timeout gives: the node is busy, or not there";
    }
    if (error.code() != Status.Code.UNAVAILABLE || error.requestId().isPresent()) {
      return message;
    }
    Throwable root = error;
    for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException) {
        return "no TLS connection to the node: its certificate has to be of the CA that --ca or"
            + " REKINDLE_CA names, and of the host that --target names";
      }
      root = cause;
    }
    String cause = root == error ? message : String.valueOf(root.getMessage());
    return "no node answers (" + cause + "): start one, or say by --target where it is";
  }

  static String of(UncheckedIOException error) {
    return of(requireNonNull(error.getCause()));
  }

  /** Of a file: the JDK's message is often its name alone. */
  static String of(IOException error) {
    return switch (error) {
      case NoSuchFileException known -> known.getFile() + " does not exist";
      case FileAlreadyExistsException known ->
          known.getFile() + " exists already, and is not written over";
      case AccessDeniedException known -> known.getFile() + " may not be opened by you";
      default -> String.valueOf(error.getMessage());
    };
  }
}
