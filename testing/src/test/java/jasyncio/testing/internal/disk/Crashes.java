package jasyncio.testing.internal.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/// Short forms for tests of crashes.
final class Crashes {
  private Crashes() {}

  static void crashAndMount(SimDisk disk) {
    disk.crash();
    disk.mount();
  }

  static void sync(Path path) throws IOException {
    try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /// Writes a file, and makes it and its name durable.
  static Path durable(Path path, String text) throws IOException {
    Files.writeString(path, text);
    sync(path);
    sync(path.getParent());
    return path;
  }

  static void overwrite(Path path, long at, String text) throws IOException {
    overwrite(path, at, text.getBytes(StandardCharsets.UTF_8));
  }

  static void overwrite(Path path, long at, byte[] bytes) throws IOException {
    try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), at);
    }
  }

  /// {@return the content; `-` if there is no such file}
  static String content(Path path) throws IOException {
    return Files.exists(path) ? Files.readString(path) : "-";
  }

  interface Program {
    void run(SimDisk disk) throws Exception;
  }

  /// {@return what can be found after a crash, for every choice of what it keeps}
  static Set<String> outcomes(DiskOptions options, Program program, Look look) throws Exception {
    var found = new TreeSet<String>();
    EveryChoice.run(world -> {
      var disk = new SimDisk(world, options);
      program.run(disk);
      crashAndMount(disk);
      found.add(look.at(disk));
    });
    return found;
  }

  interface Look {
    String at(SimDisk disk) throws Exception;
  }

  /// {@return the values of the first byte of each sector, one character each}
  static String sectors(Path path, Function<Byte, Character> name) throws IOException {
    var bytes = Files.readAllBytes(path);
    var text = new StringBuilder();
    for (int at = 0; at < bytes.length; at += 512) {
      text.append(name.apply(bytes[at]));
    }
    return text.toString();
  }
}
