package io.rekindle.chaos.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which faults strike under traffic, and why some do not strike here. */
public final class Faults {
  private Faults() {}

  /** Those that can be done to the node of a run; with a small disk, that one fills up, too. */
  public static List<Fault> under(Optional<SmallDisk> disk, Optional<InterposedCalls> calls) {
    List<Fault> faults = new ArrayList<>();
    faults.add(new KillNode());
    faults.add(new KillAtStart());
    faults.add(PauseNode.alone());
    faults.add(new RestartNode());
    addNewKeys(faults);
    disk.map(FillDisk::belowTheReserve).ifPresent(faults::add);
    disk.map(FillDisk::toTheLastByte).ifPresent(faults::add);
    calls.map(SlowDisk::new).ifPresent(faults::add);
    calls.map(ClockOffset::new).ifPresent(faults::add);
    return faults;
  }

  /** Those of a run with several nodes; where the network can be cut, it is cut, too. */
  public static List<Fault> amongOthers(
      Optional<NetworkFaults> network, Optional<InterposedCalls> calls) {
    List<Fault> faults = new ArrayList<>();
    faults.add(new KillNode());
    faults.add(new KillAtStart());
    faults.add(PauseNode.amongOthers());
    faults.add(new RestartNode());
    faults.add(new KillTwo());
    addNewKeys(faults);
    network.map(SlowLink::new).ifPresent(faults::add);
    network.map(LossyLink::new).ifPresent(faults::add);
    for (CutNode.Way way : CutNode.Way.values()) {
      network.map(it -> new CutNode(it, way)).ifPresent(faults::add);
    }
    calls.map(SlowDisk::new).ifPresent(faults::add);
    calls.map(ClockOffset::new).ifPresent(faults::add);
    return faults;
  }

  private static void addNewKeys(List<Fault> faults) {
    for (KillWithNewKeys.Moment moment : KillWithNewKeys.Moment.values()) {
      faults.add(new KillWithNewKeys(moment));
    }
  }

  /**
   * Those whose names begin with one of these.
   *
   * @param beginnings with semicolons between them; empty for all
   * @throws IllegalArgumentException when one is the beginning of no name
   */
  public static List<Fault> named(String beginnings, List<Fault> faults) {
    if (beginnings.isEmpty()) {
      return faults;
    }
    List<String> chosen = List.of(beginnings.split(";", -1));
    for (String beginning : chosen) {
      if (faults.stream().noneMatch(fault -> fault.name().startsWith(beginning))) {
        throw new IllegalArgumentException(
            "no fault of this run is called \"%s\": there are %s"
                .formatted(beginning, faults.stream().map(Fault::name).toList()));
      }
    }
    return faults.stream()
        .filter(fault -> chosen.stream().anyMatch(fault.name()::startsWith))
        .toList();
  }

  /** What the report has to say of those that did not strike a node that is alone. */
  public static List<String> missing(Optional<SmallDisk> disk, InterposedCalls.Support calls) {
    List<String> missing = new ArrayList<>();
    if (disk.isEmpty()) {
      missing.add("full disk: a tmpfs can't be mounted, which takes root");
    }
    missing.add("network cuts, loss, delay: this run has one node");
    return withoutCalls(missing, calls);
  }

  /** The same, of several nodes. */
  public static List<String> missing(NetworkFaults.Support network, InterposedCalls.Support calls) {
    List<String> missing = new ArrayList<>();
    if (!network.supported()) {
      missing.add("network cuts, loss, delay: " + network.reason());
    }
    missing.add("full disk: runs of one node have it");
    return withoutCalls(missing, calls);
  }

  private static List<String> withoutCalls(List<String> missing, InterposedCalls.Support calls) {
    if (!calls.supported()) {
      missing.add("slow disk, clock offset: " + calls.reason());
    }
    return missing;
  }
}
