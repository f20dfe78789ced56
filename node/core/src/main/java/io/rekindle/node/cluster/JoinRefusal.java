package io.rekindle.node.cluster;

import io.rekindle.node.error.StartRefusedException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.ignite.internal.util.typedef.X;
import org.jspecify.annotations.Nullable;

/** Why a cluster did not let this node in, found in what Ignite throws, as one sentence. */
final class JoinRefusal {
  private static final String PREFIX = "The cluster did not let this node in: ";

  /** To be tried again: what passes when the others are there. */
  static final String WAIT_OUTSIDE = sentence("it has lost partitions and waits for others first");

  /** Ours, up to its full stop; Ignite puts its own words around it. */
  private static final Pattern OURS =
      Pattern.compile(Pattern.quote(PREFIX) + "[^\\n]*?\\.(?= \\[|$)", Pattern.MULTILINE);

  /** What Ignite says itself, and what it means here. */
  private record Known(String text, String meaning) {}

  private static final List<Known> KNOWN =
      List.of(
          new Known("Master key digest differs", "its cluster key is another one."),
          new Known(
              "is not compatible with BaselineTopology in the cluster",
              "its data folder belongs to another cluster, or went on without this one."),
          new Known(
              "same hash code for partitioned affinity",
              "a node of the same id is running; a copied data folder needs a new node.id."));

  private JoinRefusal() {}

  static String sentence(String difference) {
    return PREFIX + difference + ".";
  }

  static boolean isBehind(Throwable fault) {
    return find(fault) != null;
  }

  static boolean isForNow(Throwable fault) {
    return WAIT_OUTSIDE.equals(find(fault));
  }

  static StartRefusedException of(Throwable fault) {
    String sentence = find(fault);
    return new StartRefusedException(sentence == null ? PREFIX + "see above." : sentence, fault);
  }

  private static @Nullable String find(Throwable fault) {
    for (Throwable cause : X.getThrowableList(fault)) {
      String message = cause.getMessage() == null ? "" : cause.getMessage();
      Matcher ours = OURS.matcher(message);
      if (ours.find()) {
        return ours.group();
      }
      for (Known known : KNOWN) {
        if (message.contains(known.text())) {
          return PREFIX + known.meaning();
        }
      }
    }
    return null;
  }
}
