package jasyncio.cli;

import java.util.Iterator;
import java.util.List;

/// The words that an option takes, for the completion of command lines.
abstract class Choices implements Iterable<String> {
  private final List<String> words;

  private Choices(List<String> words) {
    this.words = words;
  }

  @Override
  public Iterator<String> iterator() {
    return words.iterator();
  }

  /// Of `--fibers`.
  static final class OfFibers extends Choices {
    OfFibers() {
      super(RunRequest.Settings.FIBERS);
    }
  }

  /// Of `--blocking`.
  static final class OfBlocking extends Choices {
    OfBlocking() {
      super(RunRequest.Settings.BLOCKING);
    }
  }

  /// Of `--settings`.
  static final class OfSettings extends Choices {
    OfSettings() {
      super(RecordCommand.SETTINGS);
    }
  }

  /// Of what is switched.
  static final class OfSwitch extends Choices {
    OfSwitch() {
      super(List.of("on", "off"));
    }
  }

  /// Of `--state`.
  static final class OfStates extends Choices {
    OfStates() {
      super(TaskFilter.STATES);
    }
  }
}
