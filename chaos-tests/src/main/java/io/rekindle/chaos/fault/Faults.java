package io.rekindle.chaos.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which faults strike under traffic, and why some do not strike here. */
public final class Faults {
  private Faults() {}

  /** Those that can be done to the nodes of a run; with a small disk, that one fills up, too. */
  public static List<Fault> under(Optional<SmallDisk> disk) {
    List<Fault> faults = new ArrayList<>();
    faults.add(new KillNode());
    faults.add(new KillAtStart());
    faults.add(new PauseNode());
    faults.add(new RestartNode());
    disk.map(FillDisk::new).ifPresent(faults::add);
    return faults;
  }

  /** What the report has to say of those that did not strike. */
  public static List<String> missing(Optional<SmallDisk> disk, NetworkFaults.Support network) {
    List<String> missing = new ArrayList<>();
    if (disk.isEmpty()) {
      missing.add("full disk: a tmpfs can't be mounted, which takes root");
    }
    if (!network.supported()) {
      missing.add("network cuts: " + network.reason());
    }
    missing.add("loss and delay: this kernel may have no netem, and nothing stands in for it yet");
    missing.add("slow disk: throttling of writes through the page cache is not to be had");
    missing.add("clock offset: a node takes none from outside, and the machine's is never moved");
    return missing;
  }
}
