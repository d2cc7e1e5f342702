package jasyncio.testing.agent;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// Calls of the JDK's clocks, which are to go to the [Hook].
final class ClockCalls {
  /* Overview
   * The hook's methods have the names and the types of those of System. So the code stays as it is, and in the pool of constants
   * the references to these methods get another class, which is added at the end:
   *   Methodref(Class "java/lang/System", nanoTime)  ->  Methodref(Class "java/lang/JasyncioHook", nanoTime)
   */
  private static final Set<String> CLOCKS = Set.of("nanoTime", "currentTimeMillis");
  private static final int HEADER = 8;
  private static final byte UTF8 = 1;
  private static final byte LONG = 5;
  private static final byte DOUBLE = 6;
  private static final byte CLASS = 7;
  private static final byte METHODREF = 10;

  private final byte[] classFile;
  private final int[] at; // of each constant, where it lies, or 0
  private final int end;

  private ClockCalls(byte[] classFile) {
    this.classFile = classFile;
    var buffer = ByteBuffer.wrap(classFile).position(HEADER);
    this.at = new int[number(HEADER)];
    buffer.getShort();
    for (int i = 1; i < at.length; i++) {
      at[i] = buffer.position();
      byte tag = buffer.get();
      int length =
          switch (tag) {
            case UTF8 -> 2 + number(buffer.position());
            case CLASS, 8, 16, 19, 20 -> 2; // string, method type, module, package
            case 15 -> 3; // method handle
            case LONG, DOUBLE -> 8;
            case 3, 4, 9, METHODREF, 11, 12, 17, 18 -> 4;
            default -> throw new UnsupportedOperationException("a constant of kind " + tag);
          };
      buffer.position(buffer.position() + length);
      if (tag == LONG || tag == DOUBLE) {
        i++; // it takes two places
      }
    }
    this.end = buffer.position();
  }

  /// The class file with these calls gone to the hook; the same if there are none.
  static byte[] redirected(byte[] classFile) {
    return new ClockCalls(classFile).redirected();
  }

  private byte[] redirected() {
    var calls = calls();
    if (calls.isEmpty() || at.length + 2 > 0xffff) {
      return classFile;
    }
    var name = Hook.NAME.getBytes(StandardCharsets.UTF_8);
    var added = ByteBuffer.allocate(3 + name.length + 3);
    added.put(UTF8).putShort((short) name.length).put(name);
    added.put(CLASS).putShort((short) at.length);
    var result = ByteBuffer.allocate(classFile.length + added.capacity());
    result.put(classFile, 0, end).put(added.array()).put(classFile, end, classFile.length - end);
    result.putShort(HEADER, (short) (at.length + 2));
    for (int call : calls) {
      result.putShort(call + 1, (short) (at.length + 1));
    }
    return result.array();
  }

  /// Where the references to the clocks lie.
  private List<Integer> calls() {
    var found = new ArrayList<Integer>();
    for (int constant : at) {
      if (constant > 0
          && classFile[constant] == METHODREF
          && text(at[number(at[number(constant + 1)] + 1)]).equals("java/lang/System")
          && CLOCKS.contains(text(at[number(at[number(constant + 3)] + 1)]))) {
        found.add(constant);
      }
    }
    return found;
  }

  private int number(int offset) {
    return (classFile[offset] & 0xff) << 8 | (classFile[offset + 1] & 0xff);
  }

  private String text(int utf8) {
    int from = utf8 + 3;
    return new String(
        Arrays.copyOfRange(classFile, from, from + number(utf8 + 1)), StandardCharsets.UTF_8);
  }
}
