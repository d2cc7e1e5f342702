package jasyncio.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A program after the compiler: its classes, and the sources they came from.
///
/// @param source the file that was asked for
/// @param companions the files that were compiled with it: content by path, seen from the directory
///   of `source`
/// @param typeNames the top-level types of `source`, in their order there
/// @param classes class files by binary name
record CompiledProgram(
    SourceFile source,
    Map<String, byte[]> companions,
    List<String> typeNames,
    Map<String, byte[]> classes) {

  private static final int FORMAT = 0x6a617331; // "jas1"

  /// Writes down the program for [#fromBytes].
  byte[] toBytes() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(FORMAT);
    writeBlock(out, source.bytes());
    writeBlocks(out, companions);
    out.writeInt(typeNames.size());
    for (String name : typeNames) {
      out.writeUTF(name);
    }
    writeBlocks(out, classes);
    out.writeInt(FORMAT);
    return bytes.toByteArray();
  }

  /// Reads a program back.
  ///
  /// @return the program, or null if it was made from other sources than there are now
  /// @throws IOException if `bytes` is not what [#toBytes] gives
  static @Nullable CompiledProgram fromBytes(byte[] bytes, SourceFile source) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    if (in.readInt() != FORMAT || !Arrays.equals(readBlock(in), source.bytes())) {
      return null;
    }
    Map<String, byte[]> companions = readBlocks(in);
    for (Map.Entry<String, byte[]> companion : companions.entrySet()) {
      Path path = source.path().resolveSibling(companion.getKey());
      if (!Files.isReadable(path)
          || !Arrays.equals(Files.readAllBytes(path), companion.getValue())) {
        return null;
      }
    }
    List<String> typeNames = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      typeNames.add(in.readUTF());
    }
    Map<String, byte[]> classes = readBlocks(in);
    return in.readInt() == FORMAT
        ? new CompiledProgram(source, companions, typeNames, classes)
        : null;
  }

  private static void writeBlocks(DataOutputStream out, Map<String, byte[]> blocks)
      throws IOException {
    out.writeInt(blocks.size());
    for (Map.Entry<String, byte[]> block : blocks.entrySet()) {
      out.writeUTF(block.getKey());
      writeBlock(out, block.getValue());
    }
  }

  private static Map<String, byte[]> readBlocks(DataInputStream in) throws IOException {
    Map<String, byte[]> blocks = new LinkedHashMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      blocks.put(in.readUTF(), readBlock(in));
    }
    return blocks;
  }

  private static void writeBlock(DataOutputStream out, byte[] block) throws IOException {
    out.writeInt(block.length);
    out.write(block);
  }

  private static byte[] readBlock(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > in.available()) {
      throw new IOException("cut short");
    }
    return in.readNBytes(length);
  }
}
