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
    disk.map(FillDisk::belowTheReserve).ifPresent(faults::add);
    disk.map(FillDisk::toTheLastByte).ifPresent(faults::add);
    return faults;
  }

  /** What the report has to say of those that did not strike. */
  public static List<String> missing(Optional<SmallDisk> disk, NetworkFaults.Support network) {
    List<String> missing = new ArrayList<>();
    if (disk.isEmpty()) {
      missing.add("full disk: a tmpfs can't be mounted, which takes root");
    }
    missing.add(
        network.supported()
            ? "network cuts: this run has one node"
            : "network cuts: " + network.reason());
    missing.add("loss and delay, slow disk, clock offset: not there yet; the README says why");
    return missing;
  }
}
