package jasyncio.testing.internal.disk;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.util.Map;

/// Locks.
final class LockScripts {
  private LockScripts() {}

  static void addTo(Map<String, Transcript.Script> scripts) {
    scripts.put("locks", LockScripts::locks);
  }

  private static void locks(Transcript t) throws Exception {
    try (var a = t.open("f", CREATE, READ, WRITE);
        var b = t.open("f", READ, WRITE);
        var reading = t.open("f", READ);
        var writing = t.open("f", WRITE);
        var other = t.open("g", CREATE, WRITE)) {
      var lock = a.lock();
      t.get("region", () -> lock.position() + " " + lock.size() + " " + lock.isShared());
      t.get("valid", lock::isValid);
      t.get("again", a::lock);
      t.get("by another", b::tryLock);
      t.get("of another file", () -> other.lock().isValid());
      t.run("release", lock::release);
      t.run("release again", lock::release);
      t.get("valid", lock::isValid);
      var part = a.lock(10, 10, false);
      t.get("beside", () -> b.tryLock(0, 10, true).isShared());
      t.get("over", () -> b.tryLock(19, 1, true));
      t.get("behind", () -> b.lock(20, 0, false).size());
      t.get("shared, not readable", () -> writing.lock(100, 1, true));
      t.get("exclusive, not writable", () -> reading.lock(100, 1, false));
      t.get("negative", () -> a.lock(-1, 1, false));
      t.get("negative", () -> a.lock(0, -1, false));
      t.get("overflow", () -> a.lock(Long.MAX_VALUE, 2, false));
      a.close();
      t.get("valid when closed", part::isValid);
      t.run("release when closed", part::release);
      t.get("free then", () -> b.tryLock(10, 10, false).isValid());
    }
  }
}
