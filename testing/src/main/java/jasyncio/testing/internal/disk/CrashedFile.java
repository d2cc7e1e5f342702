package jasyncio.testing.internal.disk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Chooses what of a file's unsynced content a crash keeps, and puts it on the medium.
final class CrashedFile {
  private static final int MOST_PAGES = 64; // that are asked for one by one, and ends of the file
  private static final int ALL = 1;
  private static final int OLD = 0;
  private static final int NEW = 1;

  private final String path;
  private final Chance chance;
  private final FileNode file;
  private final Pages content;
  private final int sector;
  private final List<String> kept = new ArrayList<>(); // for who reads of it

  /// @param content what of the file is durable; is changed
  CrashedFile(String path, Chance chance, FileNode file, Pages content, int sector) {
    this.path = path;
    this.chance = chance;
    this.file = file;
    this.content = content;
    this.sector = sector;
  }

  /// @param how much: 0 nothing, 1 all, 2 a part
  void keep(int how) {
    if (how == 0) {
      return;
    }
    if (file.sizeUnsynced()) {
      keepSize(how);
    }
    var visible = file.dirty().headSet(Pages.count(content.size()));
    if (how == ALL) {
      visible.forEach(page -> content.put(page, file.cache().orZeros(page)));
    } else if (visible.size() <= MOST_PAGES) {
      visible.forEach(this::keepPage);
      chance.note(() -> "crash keeps of " + path + ": " + kept);
    } else {
      int n = chance.choose("number of pages that survive", visible.size() + 1);
      for (long page : visible) {
        if (n-- > 0) {
          content.put(page, file.cache().orZeros(page));
        }
      }
    }
    clearEnd();
  }

  private void keepSize(int how) {
    var between = sizesBetween();
    int which = how == ALL ? NEW : chance.choose("size that survives", between.isEmpty() ? 2 : 3);
    if (which == OLD) {
      return;
    }
    file.cutMedium(content);
    content.setSize(
        which == NEW
            ? file.size()
            : between.get(chance.choose("where the file ends", between.size())));
    kept.add("size " + content.size());
  }

  /// {@return where the file may end otherwise: where it was cut off, and at pages since then}
  private List<Long> sizesBetween() {
    var sizes = new ArrayList<Long>();
    long first = Math.min(content.size(), file.cut());
    if (file.cut() < file.size()) {
      sizes.add(file.cut());
    }
    long page = first / Pages.PAGE + 1;
    while (page * Pages.PAGE < file.size() && sizes.size() < MOST_PAGES) {
      sizes.add(page++ * Pages.PAGE);
    }
    return sizes;
  }

  private void keepPage(long page) {
    int differing = 0;
    for (int at = 0; at < Pages.PAGE; at += sector) {
      differing += differs(page, at) ? 1 : 0;
    }
    if (differing == 0) {
      return;
    }
    int which = chance.choose("page that survives", differing > 1 ? 3 : 2);
    if (which == NEW) {
      kept.add("page " + page);
      content.put(page, file.cache().orZeros(page));
    } else if (which != OLD) {
      tear(page);
    }
  }

  private void tear(long page) {
    kept.add("page " + page + " torn");
    var torn = content.orZeros(page).clone();
    for (int at = 0; at < Pages.PAGE; at += sector) {
      if (differs(page, at) && chance.choose("sector that survives", 2) == 1) {
        System.arraycopy(file.cache().orZeros(page), at, torn, at, sector);
      }
    }
    content.put(page, torn);
  }

  private boolean differs(long page, int at) {
    return !content.same(file.cache(), page, at, at + sector);
  }

  /// Behind the end there is nothing, whatever a longer file had there.
  private void clearEnd() {
    content.removeFrom(Pages.count(content.size()));
    int kept = (int) (content.size() % Pages.PAGE);
    long last = Pages.indexOf(content.size());
    if (kept > 0 && content.get(last) != null) {
      content.put(last, Arrays.copyOf(Arrays.copyOf(content.orZeros(last), kept), Pages.PAGE));
    }
  }
}
