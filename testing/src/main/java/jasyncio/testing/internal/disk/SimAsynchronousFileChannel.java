package jasyncio.testing.internal.disk;

import jasyncio.testing.internal.world.World;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// An asynchronous channel: the calls are made by its executor, or else as events of the world.
final class SimAsynchronousFileChannel extends AsynchronousFileChannel {
  private final SimFileChannel channel;
  private final Executor executor;

  SimAsynchronousFileChannel(
      SimFileChannel channel, World world, @Nullable ExecutorService executor) {
    this.channel = channel;
    this.executor = executor == null ? task -> world.at(world.nanos(), task) : executor;
  }

  private interface Call<T> {
    T run() throws IOException;
  }

  private <T> CompletableFuture<T> start(Call<T> call) {
    var future = new CompletableFuture<T>();
    if (!isOpen()) {
      future.completeExceptionally(new ClosedChannelException());
      return future;
    }
    executor.execute(() -> {
      try {
        future.complete(call.run());
      } catch (Throwable e) {
        future.completeExceptionally(e);
      }
    });
    return future;
  }

  private <T, A extends @Nullable Object> void start(
      Call<T> call, A attachment, CompletionHandler<T, ? super A> handler) {
    Objects.requireNonNull(handler, "'handler' is null");
    executor.execute(() -> {
      T result;
      try {
        result = call.run();
      } catch (Throwable e) {
        handler.failed(e, attachment);
        return;
      }
      handler.completed(result, attachment);
    });
  }

  private void checkRead(ByteBuffer target, long position) {
    checkPosition(position);
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("Read-only buffer");
    } else if (!channel.isReadable()) {
      throw new NonReadableChannelException();
    }
  }

  private void checkWrite(long position) {
    checkPosition(position);
    if (!channel.isWritable()) {
      throw new NonWritableChannelException();
    }
  }

  private static void checkPosition(long position) {
    if (position < 0) {
      throw new IllegalArgumentException("Negative position");
    }
  }

  private void checkLock(boolean shared) {
    if (shared && !channel.isReadable()) {
      throw new NonReadableChannelException();
    } else if (!shared && !channel.isWritable()) {
      throw new NonWritableChannelException();
    }
  }

  @Override
  public Future<Integer> read(ByteBuffer target, long position) {
    checkRead(target, position);
    return start(() -> channel.read(target, position));
  }

  @Override
  public <A extends @Nullable Object> void read(
      ByteBuffer target,
      long position,
      A attachment,
      CompletionHandler<Integer, ? super A> handler) {
    checkRead(target, position);
    start(() -> channel.read(target, position), attachment, handler);
  }

  @Override
  public Future<Integer> write(ByteBuffer source, long position) {
    checkWrite(position);
    return start(() -> channel.write(source, position));
  }

  @Override
  public <A extends @Nullable Object> void write(
      ByteBuffer source,
      long position,
      A attachment,
      CompletionHandler<Integer, ? super A> handler) {
    checkWrite(position);
    start(() -> channel.write(source, position), attachment, handler);
  }

  @Override
  public Future<FileLock> lock(long position, long size, boolean shared) {
    checkLock(shared);
    return start(() -> channel.lock(position, size, shared));
  }

  @Override
  public <A extends @Nullable Object> void lock(
      long position,
      long size,
      boolean shared,
      A attachment,
      CompletionHandler<FileLock, ? super A> handler) {
    checkLock(shared);
    start(() -> channel.lock(position, size, shared), attachment, handler);
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) throws IOException {
    return channel.tryLock(position, size, shared);
  }

  @Override
  public long size() throws IOException {
    return channel.size();
  }

  @Override
  public AsynchronousFileChannel truncate(long size) throws IOException {
    channel.truncate(size);
    return this;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    channel.force(metaData);
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
