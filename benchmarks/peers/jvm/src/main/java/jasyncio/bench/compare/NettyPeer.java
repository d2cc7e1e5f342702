package jasyncio.bench.compare;

import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Netty, one event loop: `NettyPeer nio|epoll|uring WORKLOAD | serve KIND PORT`.
public final class NettyPeer {
  private NettyPeer() {}

  /// Runs a workload.
  ///
  /// @param arguments the transport, and the workload
  public static void main(String[] arguments) throws Exception {
    var transport = arguments[0];
    if (transport.equals("uring") && !IoUring.isAvailable()) {
      Bench.unsupported("io_uring, by this kernel or for this user");
    }
    var group = new MultiThreadIoEventLoopGroup(1, handlers(transport));
    switch (arguments[1]) {
      case "timers" -> timers(group.next());
      case "cross_thread" -> crossThread(group.next());
      case "serve" -> {
        int port = Integer.parseInt(arguments[3]);
        NettyServers.serve(group, channels(transport), arguments[2], port);
        Thread.currentThread().join();
      }
      default -> Bench.unsupported(arguments[1]);
    }
    System.exit(0);
  }

  private static IoHandlerFactory handlers(String transport) {
    return switch (transport) {
      case "epoll" -> EpollIoHandler.newFactory();
      case "uring" -> IoUringIoHandler.newFactory();
      default -> NioIoHandler.newFactory();
    };
  }

  private static Class<? extends ServerChannel> channels(String transport) {
    return switch (transport) {
      case "epoll" -> EpollServerSocketChannel.class;
      case "uring" -> IoUringServerSocketChannel.class;
      default -> NioServerSocketChannel.class;
    };
  }

  private static void timers(EventLoop loop) {
    int count = Bench.scaled(200_000);
    var delays = Bench.delays(count);
    Bench.measure(
        "timers",
        count,
        "us-cpu/timer",
        Bench.Figure.CPU_MICROS,
        () -> {
          var fired = new CountDownLatch(count - count / 2);
          loop.execute(() -> schedule(loop, delays, fired));
          fired.await();
        });
  }

  private static void schedule(EventLoop loop, double[] delays, CountDownLatch fired) {
    var futures = new ArrayList<Future<?>>(delays.length);
    for (double delay : delays) {
      futures.add(loop.schedule(fired::countDown, (long) (delay * 1e9), TimeUnit.NANOSECONDS));
    }
    for (int i = 1; i < delays.length; i += 2) {
      futures.get(i).cancel(false);
    }
  }

  private static void crossThread(EventLoop loop) {
    int trips = Bench.scaled(20_000);
    var gate = new Semaphore(0);
    Runnable release = gate::release;
    Bench.measure(
        "cross_thread",
        trips,
        "us/roundtrip",
        Bench.Figure.WALL_MICROS,
        () -> {
          for (int i = 0; i < trips; i++) {
            loop.execute(release);
            gate.acquire();
          }
        });
  }
}
