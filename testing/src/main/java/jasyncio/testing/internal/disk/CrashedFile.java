package jasyncio.testing.internal.disk;

import java.util.Arrays;

/// Chooses what of a file's unsynced content a crash keeps, and puts it on the medium.
final class CrashedFile {
  private static final int MOST_PAGES = 64; // that are asked for one by one
  private static final int ALL = 1;
  private static final int OLD = 0;
  private static final int NEW = 1;

  private final Chance chance;
  private final FileNode file;
  private final Pages content;
  private final int sector;

  /// @param content what of the file is durable; is changed
  CrashedFile(Chance chance, FileNode file, Pages content, int sector) {
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
    long old = content.size();
    long size = file.size();
    long between = (size - 1) / Pages.PAGE - old / Pages.PAGE; // boundaries of pages
    int which = how == ALL ? NEW : chance.choose("size that survives", between > 0 ? 3 : 2);
    if (which == NEW) {
      file.cutMedium(content);
      content.setSize(size);
    } else if (which != OLD) {
      file.cutMedium(content);
      int bound = (int) Math.min(between, MOST_PAGES);
      long page = old / Pages.PAGE + 1 + chance.choose("page where the file ends", bound);
      content.setSize(page * Pages.PAGE);
    }
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
      content.put(page, file.cache().orZeros(page));
    } else if (which != OLD) {
      tear(page);
    }
  }

  private void tear(long page) {
    chance.note(() -> "page " + page + " is torn");
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
