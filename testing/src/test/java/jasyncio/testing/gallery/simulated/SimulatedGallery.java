package jasyncio.testing.gallery.simulated;

import jasyncio.testing.gallery.SimulatedExhibit;
import jasyncio.testing.gallery.simulated.Raft.Mistake;
import java.util.List;

/// The programs in simulated worlds that have planted faults.
public final class SimulatedGallery {
  public static final List<SimulatedExhibit> EXHIBITS =
      List.of(
          TwoLeaders.EXHIBIT,
          LostWrite.EXHIBIT,
          PaidAgain.EXHIBIT,
          SlowReader.EXHIBIT,
          HalfClosed.EXHIBIT,
          StaleAddress.EXHIBIT,
          ExpiredLease.EXHIBIT,
          ReconnectStorm.EXHIBIT,
          HalfAMessage.EXHIBIT,
          LostRename.EXHIBIT);

  /// One mistake each.
  public static final List<SimulatedExhibit> RAFT =
      List.of(
          RaftCluster.exhibit(Mistake.VOTE_NOT_SAVED),
          RaftCluster.exhibit(Mistake.TERM_NOT_CHECKED),
          RaftCluster.exhibit(Mistake.COMMITTED_BY_COUNTING),
          RaftCluster.exhibit(Mistake.LOGS_NOT_COMPARED));

  private SimulatedGallery() {}
}
