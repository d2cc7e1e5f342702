package jasyncio.recipes.grpc;

import static jasyncio.Asyncio.*;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import jasyncio.Awaitable;
import jasyncio.BlockingPolicy;
import jasyncio.EventLoop;
import jasyncio.RunOptions;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// gRPC's own service, which tells how others are.
public final class Health {
  private final ManagedChannel channel;

  public Health(ManagedChannel channel) {
    this.channel = channel;
  }

  /// Blocks: nothing in it knows of a loop.
  public ServingStatus check(String service) {
    return HealthGrpc.newBlockingStub(channel).check(request(service)).getStatus();
  }

  /// Suspends: for new code, under every policy.
  public ServingStatus fetch(String service) {
    return await(HealthGrpc.newFutureStub(channel).check(request(service))).getStatus();
  }

  /// Returns when the service serves. A stream of answers, each of which blocks.
  public void awaitServing(String service) {
    var answers = HealthGrpc.newBlockingStub(channel).watch(request(service));
    while (answers.hasNext() && answers.next().getStatus() != ServingStatus.SERVING) {}
  }

  private static HealthCheckRequest request(String service) {
    return HealthCheckRequest.newBuilder().setService(service).build();
  }

  /// The other side: a coroutine of the loop answers each call.
  public static final class Service extends HealthGrpc.HealthImplBase {
    private final EventLoop loop;
    private final Map<String, ServingStatus> services; // belongs to the loop

    public Service(EventLoop loop, Map<String, ServingStatus> services) {
      this.loop = loop;
      this.services = services;
    }

    @Override
    public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> observer) {
      answer(() -> status(request.getService()), observer);
    }

    private HealthCheckResponse status(String service) {
      sleep(0.01); // may suspend
      var status = services.getOrDefault(service, ServingStatus.SERVICE_UNKNOWN);
      return HealthCheckResponse.newBuilder().setStatus(status).build();
    }

    /// On a thread of gRPC's.
    private <T> void answer(Awaitable<T, ?> body, StreamObserver<T> observer) {
      var answer = runCoroutineThreadsafe(body, loop);
      ((ServerCallStreamObserver<T>) observer).setOnCancelHandler(() -> answer.cancel(true));
      var _ =
          answer.whenComplete((value, error) -> {
            if (error == null) {
              observer.onNext(value);
              observer.onCompleted();
            } else if (!answer.isCancelled()) {
              observer.onError(Status.fromThrowable(error).asException());
            }
          });
    }
  }

  static void main() throws Exception {
    run(
        () -> {
          var services = Map.of("tea", ServingStatus.SERVING, "cake", ServingStatus.NOT_SERVING);
          var server =
              Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                  .addService(new Service(getRunningLoop(), services))
                  .build()
                  .start();
          var channel =
              Grpc.newChannelBuilder(
                      "127.0.0.1:" + server.getPort(), InsecureChannelCredentials.create())
                  .build();
          try {
            var health = new Health(channel);
            IO.println(await(gather(() -> health.check("tea"), () -> health.fetch("cake"))));
          } finally {
            channel.shutdown().awaitTermination(5, TimeUnit.SECONDS);
            server.shutdown().awaitTermination();
          }
        },
        RunOptions.defaults().blocking(BlockingPolicy.SWITCH));
  }
}
