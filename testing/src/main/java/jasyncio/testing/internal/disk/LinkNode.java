package jasyncio.testing.internal.disk;

import java.nio.charset.StandardCharsets;

/// A symbolic link. Its target never changes, so it is as durable as its name.
final class LinkNode extends Node {
  private final String target;

  LinkNode(long number, Meta meta, String target) {
    super(number, meta);
    this.target = target;
  }

  String target() {
    return target;
  }

  @Override
  long size() {
    return target.getBytes(StandardCharsets.UTF_8).length;
  }
}
