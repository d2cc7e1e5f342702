package jasyncio.files;

import jasyncio.ErrorContext;
import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.WaitInfo;
import jasyncio.internal.base.ReadAhead;
import jasyncio.internal.base.Sneaky;
import jasyncio.internal.face.Current;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/// An open file. Made by [AsyncFiles#open]; close it, best in a `try` statement, whose end may
/// suspend like any other call.
///
/// ```java fragment
/// var path = java.nio.file.Path.of("numbers.txt");
/// try (var file = jasyncio.files.AsyncFiles.create(path)) {
///   for (int i = 0; i < 1000; i++) {
///     file.writeString(i + "\n");
///   }
/// }
/// try (var file = jasyncio.files.AsyncFiles.open(path)) {
///   for (String line : file.lines()) {
///     IO.println(line);
///   }
/// }
/// ```
///
/// It has one position, where the next read or write begins, and a buffer of 128 KiB. A read
/// suspends only if that does not have what it wants, a write only if it is full. Who reads more at
/// a time, up to 1 MiB, has it read at once: large pieces cost less. What is written is in the file
/// after [#flush()] or [#close()], and on the disk after [#flush(boolean)].
///
/// **Cancellation** of a read leaves the position where it was. Cancellation of a write leaves the
/// position behind what was taken, and that is written. A `flush` or `truncate` goes on, and what
/// it fails with is thrown by the next call that needs the file. Nothing is ever written twice or
/// out of order, and a file that is closed by a cancelled coroutine is closed all the same.
///
/// **What cannot be written**, to a full disk for instance, stays in the buffer. The call that
/// finds out throws, and so does each later one that needs the file, until it has been written
/// after all or the file is closed. Up to 128 KiB are taken by a write as a whole, or not at all if
/// it throws; of more, as much as the position says.
///
/// Used on the loop's thread, by one coroutine at a time: while it suspends in a call, others get
/// an [IllegalStateException]. It is for regular files, which have positions; pipes and terminals
/// have none. Python: what `aiofiles.open` gives.
public final class AsyncFile implements AutoCloseable, Iterable<byte[]> {
  /* Overview
   * `position` is where the user is. At most one of two buffers has something in it:
   *   - `ahead`, read from the file already: its bytes from `start` to `end` lie at `position`
   *   - `behind`, not written yet: its first `filled` bytes lie just before `position`
   * Before what is in `behind` there may be a `batch`, which is being written or could not be: it loses a byte
   * only when the file has it, so it can be tried again at any time.
   * Reads say where in the file they begin and have an array of their own, so that one that goes on after
   * its caller was cancelled disturbs nobody. A call that changes the file and goes on is kept in `underWay`; the
   * next one that needs the file waits for it. If it has failed: a batch is written again, all else is thrown.
   */
  private static final int BUFFER = 128 * 1024;
  private static final int SMALLEST_BUFFER = 8 * 1024;
  private static final int LARGEST_BUFFER = 1024 * 1024; // for who reads so much at a time
  private static final byte[] NOTHING = {};

  private final EventLoop loop;
  private final Path path;
  private final FileChannel channel;
  private final boolean writable;
  private final boolean append;
  private final int mostAhead; // in bytes: no more than a small file has
  private long position;
  private byte[] ahead = NOTHING;
  private int start;
  private int end;
  private byte @Nullable [] behind; // allocated when it is needed, and again while a batch has it
  private int filled;
  private @Nullable Batch batch; // the executor's while it is under way
  private @Nullable Future<?> underWay; // the writing of the batch, or what else changes the file
  private @Nullable String busy; // the call that a coroutine is in
  private @Nullable Future<@Nullable Throwable> closing; // from the first close() on

  /// What opening gives. Made on the executor.
  record Opened(FileChannel channel, long position, long size) {}

  AsyncFile(Path path, Opened opened, boolean writable, boolean append) {
    this.loop = Current.loop();
    this.path = path;
    this.channel = opened.channel;
    this.writable = writable;
    this.append = append;
    this.position = opened.position;
    this.mostAhead = Math.clamp(opened.size + 1, SMALLEST_BUFFER, LARGEST_BUFFER);
  }

  // ---- reading ----------------------------------------------------------------------------------

  /// Reads up to `n` bytes. Suspends unless they are in the buffer.
  ///
  /// @param n how many
  /// @return so many; fewer at the end of the file, none behind it
  /// @throws IOException if that fails
  /// @throws ClosedChannelException if the file is closed
  /// @throws java.nio.channels.NonReadableChannelException if it was not opened for reading
  /// @throws IllegalArgumentException if `n` is negative
  public byte[] read(int n) throws IOException {
    checkCount(n);
    return reading("read", () -> take(n));
  }

  /// Reads into a buffer until it is full. Suspends unless there is enough in the file's own.
  ///
  /// @param target where the bytes go
  /// @return how many; fewer than there is room for at the end of the file, -1 behind it
  /// @throws IOException if that fails; the buffer's position is as before then
  public int read(ByteBuffer target) throws IOException {
    int before = target.position();
    return reading(
        "read",
        () -> {
          try {
            while (target.hasRemaining() && hasAhead(target.remaining())) {
              int n = Math.min(target.remaining(), end - start);
              target.put(ahead, start, n);
              skip(n);
            }
          } catch (Throwable e) {
            target.position(before);
            throw e;
          }
          int n = target.position() - before;
          return n == 0 && target.hasRemaining() ? -1 : n;
        });
  }

  /// Reads exactly `n` bytes. Suspends unless they are in the buffer.
  ///
  /// @param n how many
  /// @return so many
  /// @throws EOFException if there are not so many; the position is as before then
  /// @throws IOException if that fails
  /// @throws IllegalArgumentException if `n` is negative
  public byte[] readexactly(int n) throws IOException {
    checkCount(n);
    return reading(
        "readexactly",
        () -> {
          var bytes = take(n);
          if (bytes.length < n) {
            throw new EOFException(bytes.length + " bytes read on a total of " + n + " expected");
          }
          return bytes;
        });
  }

  /// Reads what there is up to the end of the file. Suspends.
  ///
  /// @return the bytes
  /// @throws IOException if that fails
  public byte[] readAll() throws IOException {
    return reading(
        "readAll",
        () -> {
          long from = position + (end - start);
          var rest = Calls.call(path, () -> readAllFrom(from));
          var bytes = new byte[end - start + rest.length];
          System.arraycopy(ahead, start, bytes, 0, end - start);
          System.arraycopy(rest, 0, bytes, end - start, rest.length);
          position = from + rest.length;
          forgetAhead();
          return bytes;
        });
  }

  /// Reads what there is up to the end of the file, as UTF-8 text. Suspends.
  ///
  /// @return the text
  /// @throws java.nio.charset.CharacterCodingException if it is no UTF-8; the position is at the
  ///   end of the file then
  /// @throws IOException if that fails
  public String readString() throws IOException {
    return readString(StandardCharsets.UTF_8);
  }

  /// Reads what there is up to the end of the file, as text. Suspends.
  ///
  /// @param charset the charset
  /// @return the text
  /// @throws java.nio.charset.CharacterCodingException if it is none of that charset; the position
  ///   is at the end of the file then
  /// @throws IOException if that fails
  public String readString(Charset charset) throws IOException {
    Objects.requireNonNull(charset, "charset");
    return Texts.decode(readAll(), charset);
  }

  private byte[] readAllFrom(long from) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var buffer = ByteBuffer.allocate(BUFFER);
    for (long at = from; ; at += buffer.position()) {
      buffer.clear();
      if (channel.read(buffer, at) < 0) {
        return bytes.toByteArray();
      }
      bytes.write(buffer.array(), 0, buffer.position());
    }
  }

  /// Reads a line: up to a newline and with it. Suspends unless it is in the buffer.
  ///
  /// @return the line; without a newline at the end of the file, none behind it
  /// @throws IOException if that fails
  public byte[] readline() throws IOException {
    return reading("readline", this::takeLine);
  }

  /// Reads a line of UTF-8 text, like [#readLine(Charset)].
  ///
  /// @return the line without its newline; `null` at the end of the file
  /// @throws java.nio.charset.CharacterCodingException if it is no UTF-8
  /// @throws IOException if that fails
  public @Nullable String readLine() throws IOException {
    return readLine(StandardCharsets.UTF_8);
  }

  /// Reads a line of text, as a [java.io.BufferedReader] does. Suspends unless it is in the buffer.
  ///
  /// @param charset one in which the byte 10 is a newline, as in nearly all
  /// @return the line without its newline, and without the carriage return before that; `null` at
  ///   the end of the file
  /// @throws java.nio.charset.CharacterCodingException if it is no text of that charset
  /// @throws IOException if that fails
  /// @throws IllegalArgumentException if the charset is none of those, such as UTF-16
  public @Nullable String readLine(Charset charset) throws IOException {
    Texts.checkNewline(charset);
    var line = readline();
    return line.length == 0 ? null : Texts.line(line, charset);
  }

  /// {@return the lines from the position on, newline included; `hasNext` suspends unless one is in
  /// the buffer, and throws what [#readline()] throws}
  @Override
  public Iterator<byte[]> iterator() {
    return new ReadAhead<>(
        "the file has ended",
        () -> {
          var line = readline();
          return line.length == 0 ? null : line;
        });
  }

  /// The lines from the position on, as UTF-8 text.
  ///
  /// @return the lines
  public Iterable<String> lines() {
    return lines(StandardCharsets.UTF_8);
  }

  /// The lines from the position on, as text, each as [#readLine(Charset)] gives it. `hasNext`
  /// suspends unless a line is in the buffer, and throws what that throws: also an [IOException],
  /// of which the compiler does not know here, as no iterator may announce one.
  ///
  /// @param charset one in which the byte 10 is a newline, as in nearly all
  /// @return the lines
  /// @throws IllegalArgumentException if the charset is none of those, such as UTF-16
  public Iterable<String> lines(Charset charset) {
    Texts.checkNewline(charset);
    return () -> new ReadAhead<>("the file has ended", () -> readLine(charset));
  }

  /// A read that gives the position back if it fails.
  private <T> T reading(String name, Reading<T> body) throws IOException {
    begin(name);
    long before = position;
    try {
      writeBehind();
      return body.run();
    } catch (Throwable e) {
      position = before;
      forgetAhead();
      throw e;
    } finally {
      busy = null;
    }
  }

  private interface Reading<T> {
    T run() throws IOException;
  }

  private byte[] take(int n) throws IOException {
    if (n <= end - start) {
      return takeAhead(n);
    } else if (!hasAhead(n)) {
      return NOTHING;
    } else if (n <= end - start) {
      return takeAhead(n);
    }
    var bytes = new ByteArrayOutputStream(Math.min(n, BUFFER));
    while (bytes.size() < n && hasAhead(n - bytes.size())) {
      bytes.writeBytes(takeAhead(Math.min(n - bytes.size(), end - start)));
    }
    return bytes.toByteArray();
  }

  private byte[] takeLine() throws IOException {
    ByteArrayOutputStream pieces = null;
    while (hasAhead(1)) {
      int newline = findNewline();
      var piece = takeAhead(newline < 0 ? end - start : newline + 1 - start);
      if (newline >= 0 && pieces == null) {
        return piece;
      }
      pieces = pieces == null ? new ByteArrayOutputStream() : pieces;
      pieces.writeBytes(piece);
      if (newline >= 0) {
        break;
      }
    }
    return pieces == null ? NOTHING : pieces.toByteArray();
  }

  private int findNewline() {
    for (int i = start; i < end; i++) {
      if (ahead[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private byte[] takeAhead(int n) {
    if (n > BUFFER && start == 0 && n == ahead.length) { // large, and all of it: no need to copy
      var all = ahead;
      ahead = NOTHING;
      position += n;
      forgetAhead();
      return all;
    }
    var bytes = new byte[n];
    System.arraycopy(ahead, start, bytes, 0, n);
    skip(n);
    return bytes;
  }

  private void skip(int n) {
    start += n;
    position += n;
  }

  private void forgetAhead() {
    start = 0;
    end = 0;
  }

  /// Whether there is something to read; fills the buffer if it is empty. Suspends then.
  ///
  /// @param wanted how much the caller is after: much is asked for at once, since the way to the
  ///   executor costs more than the reading
  private boolean hasAhead(int wanted) throws IOException {
    if (start < end) {
      return true;
    }
    var array = ahead;
    ahead = NOTHING; // the call has it; if that goes on without us, for ever
    boolean full = array.length > 0 && end == array.length; // the file may have become longer
    int size = Math.min(Math.max(wanted, BUFFER), full ? LARGEST_BUFFER : mostAhead);
    if (array.length < size || array.length > Math.max(wanted, BUFFER)) { // too large, too
      array = new byte[size];
    }
    var target = array;
    long at = position;
    forgetAhead();
    int n = Calls.<Integer>call(path, () -> fill(target, at));
    ahead = target;
    end = n;
    return n > 0;
  }

  /// Reads what there is from a position on, as long as there is room for it: in pieces, since each
  /// goes through memory of the JDK's that the processor's cache is to hold. On the executor.
  private int fill(byte[] target, long at) throws IOException {
    int filled = 0;
    int n;
    do {
      int most = Math.min(target.length - filled, BUFFER);
      n = channel.read(ByteBuffer.wrap(target, filled, most), at + filled);
      filled += Math.max(n, 0);
    } while (n == BUFFER && filled < target.length);
    return filled;
  }

  private static void checkCount(int n) {
    if (n < 0) {
      throw new IllegalArgumentException("a number of bytes must not be negative, got " + n);
    }
  }

  // ---- writing ----------------------------------------------------------------------------------

  /// Writes bytes. Suspends when there is no room for them in the buffer.
  ///
  /// @param data the bytes; the array may be used again at once
  /// @throws IOException if what was written before, or this, cannot be written; see above
  /// @throws ClosedChannelException if the file is closed
  /// @throws java.nio.channels.NonWritableChannelException if it was not opened for writing
  public void write(byte[] data) throws IOException {
    write(ByteBuffer.wrap(data));
  }

  /// Writes what remains of a buffer. Suspends when there is no room for it in the file's own. If
  /// it throws, the buffer's position is behind what was taken.
  ///
  /// @param data the bytes between position and limit
  /// @throws IOException as the other form
  public void write(ByteBuffer data) throws IOException {
    begin("write");
    try {
      if (!writable) {
        throw new NonWritableChannelException();
      }
      forgetAhead();
      while (data.hasRemaining()) {
        if (filled > 0 && data.remaining() > BUFFER - filled) {
          writeBehind();
        }
        if (behind == null) {
          behind = new byte[BUFFER];
        }
        int n = Math.min(data.remaining(), BUFFER - filled);
        data.get(behind, filled, n);
        filled += n;
        position += n;
      }
    } finally {
      busy = null;
    }
  }

  /// Writes text as UTF-8. Suspends when the buffer is full.
  ///
  /// @param text the text
  /// @throws IOException as [#write(byte\[\])]
  public void writeString(String text) throws IOException {
    writeString(text, StandardCharsets.UTF_8);
  }

  /// Writes text; what the charset does not have becomes `?`. Suspends when the buffer is full.
  ///
  /// @param text the text
  /// @param charset the charset
  /// @throws IOException as [#write(byte\[\])]
  public void writeString(String text, Charset charset) throws IOException {
    write(text.getBytes(charset));
  }

  /// Writes several pieces, one after the other. Suspends when the buffer is full.
  ///
  /// @param pieces the pieces; no newlines are added
  /// @throws IOException as [#write(byte\[\])]
  public void writelines(Iterable<byte[]> pieces) throws IOException {
    for (var piece : pieces) {
      write(piece);
    }
  }

  /// Gives what is in the buffer to the system. Suspends if there is something.
  ///
  /// @throws IOException if it cannot be written
  public void flush() throws IOException {
    flush(false);
  }

  /// Gives what is in the buffer to the system, and waits until it is on the disk if so wanted.
  /// Suspends then, or if there is something.
  ///
  /// @param force whether it must be on the disk: Python's `os.fsync`
  /// @throws IOException if it cannot be written
  public void flush(boolean force) throws IOException {
    changing("flush", force ? () -> channel.force(true) : null);
  }

  /// Makes the file shorter; one that is not longer stays as it is. The position does not change.
  /// Suspends.
  ///
  /// @param size the new size, in bytes
  /// @throws IOException if that fails
  /// @throws NonWritableChannelException if it was not opened for writing
  /// @throws IllegalArgumentException if `size` is negative
  public void truncate(long size) throws IOException {
    if (size < 0) {
      throw new IllegalArgumentException("the size must not be negative, got " + size);
    }
    changing("truncate", () -> channel.truncate(size));
  }

  private interface Change {
    void run() throws IOException;
  }

  private void changing(String name, @Nullable Change change) throws IOException {
    begin(name);
    try {
      writeBehind();
      if (change != null) {
        forgetAhead();
        change(change);
      }
    } finally {
      busy = null;
    }
  }

  /// Writes what is in the buffer, after what is under way. Suspends if there is something.
  private void writeBehind() throws IOException {
    if (underWay != null) {
      awaitUnderWay(batch == null);
    }
    while (batch != null || filled > 0) {
      if (batch == null) {
        batch = takeBehind();
      }
      change(batch::write);
    }
  }

  private Batch takeBehind() {
    var taken = new Batch(behind == null ? NOTHING : behind, filled, position - filled);
    behind = null; // the batch has it
    filled = 0;
    return taken;
  }

  /// Some bytes on their way to the file.
  private final class Batch {
    private final ByteBuffer data; // what the file has not got yet
    private final long at; // where the first byte belongs
    private long end; // of the file, when it has got all; for appending

    Batch(byte[] bytes, int length, long at) {
      this.data = ByteBuffer.wrap(bytes, 0, length);
      this.at = at;
    }

    /// On the executor.
    void write() throws IOException {
      while (data.hasRemaining()) {
        int n = append ? channel.write(data) : channel.write(data, at + data.position());
        if (n <= 0) {
          throw new IOException("the file takes no more bytes: " + path);
        }
      }
      if (append) {
        end = channel.position();
      }
    }
  }

  /// Makes a call that changes the file; it goes on if we are cancelled. Suspends.
  private void change(Change change) throws IOException {
    underWay = loop.runInExecutor(null, change::run);
    awaitUnderWay(true);
  }

  /// @param throwing whether what it failed with is thrown
  private void awaitUnderWay(boolean throwing) throws IOException {
    var call = Objects.requireNonNull(underWay);
    Calls.awaitEnd(loop, call, Calls.infoOn(path));
    if (closing == null) { // else all that is left is for close()
      underWay = null;
      if (batch != null && call.exception() == null) {
        if (append) {
          position = batch.end + filled; // the end, whatever was sought
        }
        behind = behind == null ? batch.data.array() : behind;
        batch = null;
      }
    }
    if (throwing) {
      call.await(IOException.class);
    }
    checkOpen();
  }

  // ---- where it is ------------------------------------------------------------------------------

  /// {@return where the next read or write begins, in bytes from the beginning of the file}
  public long position() {
    return position;
  }

  /// Sets where the next read or write begins; also behind the end of the file. A file opened for
  /// appending is written to at its end all the same, and is there once it has been. Suspends if
  /// there is something to write first.
  ///
  /// @param newPosition in bytes from the beginning of the file
  /// @throws IOException if what was written before cannot be written
  /// @throws IllegalArgumentException if the position is negative
  public void seek(long newPosition) throws IOException {
    if (newPosition < 0) {
      throw new IllegalArgumentException("the position must not be negative, got " + newPosition);
    }
    changing("seek", null);
    long inAhead = start + (newPosition - position);
    if (inAhead >= 0 && inAhead <= end) {
      start = (int) inAhead;
    } else {
      forgetAhead();
    }
    position = newPosition;
  }

  /// Asks for the size of the file, with what is in the buffer. Suspends.
  ///
  /// @return the size, in bytes
  /// @throws IOException if that fails
  public long size() throws IOException {
    begin("size");
    try {
      writeBehind();
      return Calls.<Long>call(path, channel::size);
    } finally {
      busy = null;
    }
  }

  /// {@return the path that it was opened with}
  public Path path() {
    return path;
  }

  /// {@return whether it is open}
  public boolean isOpen() {
    return closing == null;
  }

  // ---- the end ----------------------------------------------------------------------------------

  /// Writes what is in the buffer and closes the file. Suspends. If that is cancelled, the file is
  /// closed all the same, and what it fails with goes to the loop's exception handler. A second
  /// call waits for the first, and does not hear of its failure.
  ///
  /// @throws IOException if what was written before cannot be written; the file is closed, and that
  ///   is lost
  @Override
  public void close() throws IOException {
    if (closing != null) {
      Calls.awaitEnd(loop, closing, this::infoOnClosing);
      return;
    }
    var over = loop.<@Nullable Throwable>createFuture(this::infoOnClosing);
    closing = over;
    if (underWay == null) {
      closeChannel(over);
    } else {
      underWay.addDoneCallback(f -> closeChannel(over));
    }
    try {
      Calls.awaitEnd(loop, over, this::infoOnClosing);
    } catch (Throwable e) { // nobody else will hear of it
      over.addDoneCallback(f -> reportClosing(f.result()));
      throw e;
    }
    if (over.result() != null) {
      throw Sneaky.rethrow(over.result());
    }
  }

  private WaitInfo infoOnClosing() {
    return new WaitInfo(WaitInfo.Kind.THREAD, "file " + path + " to be closed");
  }

  private void closeChannel(Future<@Nullable Throwable> over) {
    var error = underWay == null ? null : underWay.exception();
    var failed = batch == null ? error : null; // what could not be written is tried again
    var rest = takeBehind();
    ahead = NOTHING;
    forgetAhead();
    Callable<@Nullable Throwable> end = () -> closeChannel(failed, rest);
    try {
      loop.runInExecutor(null, end).addDoneCallback(f -> over.setResult(f.result()));
    } catch (Throwable e) { // the executor takes no more: it was shut down, or is full
      over.setResult(closeChannel(failed, rest));
    }
  }

  /// On the executor.
  ///
  /// @param failed why the last change failed, and it was not told
  /// @return what is to be thrown
  private @Nullable Throwable closeChannel(@Nullable Throwable failed, Batch rest) {
    try (channel) {
      if (batch != null) {
        batch.write();
      }
      rest.write();
      return failed;
    } catch (Throwable e) {
      return e;
    }
  }

  private void reportClosing(@Nullable Throwable error) {
    if (error != null) {
      loop.callExceptionHandler(ErrorContext.of("cannot close " + this).exception(error));
    }
  }

  private void begin(String name) throws IOException {
    checkOpen();
    if (busy != null) {
      throw new IllegalStateException(
          name + "() called while another coroutine is in " + busy + "() of " + this);
    }
    busy = name;
  }

  private void checkOpen() throws ClosedChannelException {
    if (closing != null) {
      throw new ClosedChannelException();
    }
  }

  /// {@return `<AsyncFile open path=… position=…>`}
  @Override
  public String toString() {
    return "<AsyncFile "
        + (closing != null ? "closed" : "open")
        + " path="
        + path
        + " position="
        + position
        + ">";
  }
}
