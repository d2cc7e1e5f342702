package jasyncio.recipes.grpc;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import jasyncio.CancelledError;
import jasyncio.recipes.EachMode;
import jasyncio.recipes.Mode;
import jasyncio.recipes.Output;
import jasyncio.recipes.Recipe;
import jasyncio.recipes.Shows;
import jasyncio.recipes.Shows.Column;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@Recipe(
    name = "gRPC",
    program = Health.class,
    libraries = ManagedChannel.class,
    notes =
        "`await(futureStub.method(…))` needs neither of the two; a server hands its calls to the loop")
class HealthTest {
  /// Answers at once, except for the service `held`.
  private static final class HeldHealth extends HealthGrpc.HealthImplBase {
    final CompletableFuture<StreamObserver<HealthCheckResponse>> asked = new CompletableFuture<>();
    final CompletableFuture<Void> givenUp = new CompletableFuture<>();

    @Override
    public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> observer) {
      if (!hold(request, observer)) {
        send(observer, ServingStatus.SERVING);
        observer.onCompleted();
      }
    }

    @Override
    public void watch(HealthCheckRequest request, StreamObserver<HealthCheckResponse> observer) {
      send(observer, ServingStatus.NOT_SERVING);
      hold(request, observer);
    }

    private boolean hold(HealthCheckRequest request, StreamObserver<HealthCheckResponse> observer) {
      if (!request.getService().equals("held")) {
        return false;
      }
      ((ServerCallStreamObserver<?>) observer).setOnCancelHandler(() -> givenUp.complete(null));
      asked.complete(observer);
      return true;
    }

    void release() {
      send(asked.join(), ServingStatus.SERVING);
      asked.join().onCompleted();
    }

    private static void send(StreamObserver<HealthCheckResponse> observer, ServingStatus status) {
      observer.onNext(HealthCheckResponse.newBuilder().setStatus(status).build());
    }
  }

  private final HeldHealth held = new HeldHealth();
  private Server server;
  private ManagedChannel channel;
  private Health health;

  @BeforeEach
  void open() throws IOException {
    server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(held)
            .build()
            .start();
    var target = "127.0.0.1:" + server.getPort();
    channel = Grpc.newChannelBuilder(target, InsecureChannelCredentials.create()).build();
    health = new Health(channel);
  }

  @AfterEach
  void close() throws InterruptedException {
    channel.shutdownNow().awaitTermination(20, TimeUnit.SECONDS);
    server.shutdownNow().awaitTermination(20, TimeUnit.SECONDS);
  }

  @Test
  void main_printsHowTheServicesAre() throws Exception {
    assertThat(Output.of(Health::main)).containsExactly("[SERVING, NOT_SERVING]");
  }

  @EachMode
  @Shows(in = Column.BLOCK, value = "calls overlap")
  @Shows(in = Column.SWITCH, value = "calls overlap")
  void check_waitsForItsAnswer_othersRun(Mode mode) {
    mode.run(() -> {
      var check = createTask(() -> mode.call(() -> health.check("held")));
      await(held.asked);
      assertThat(mode.call(() -> health.check("other"))).isEqualTo(ServingStatus.SERVING);
      assertThat(check.done()).isFalse();
      held.release();
      assertThat(await(check)).isEqualTo(ServingStatus.SERVING);
    });
  }

  @EachMode
  @Shows(in = Column.BLOCK, value = "so do streams of answers")
  @Shows(in = Column.SWITCH, value = "so do streams of answers")
  void awaitServing_waitsForTheNextAnswer_othersRun(Mode mode) {
    mode.run(() -> {
      var serving = createTask(() -> mode.call(() -> health.awaitServing("held")));
      await(held.asked);
      assertThat(mode.call(() -> health.check("other"))).isEqualTo(ServingStatus.SERVING);
      assertThat(serving.done()).isFalse();
      held.release();
      await(serving);
    });
  }

  @EachMode
  void fetch_waitsForItsAnswer_othersRun(Mode mode) {
    mode.run(() -> {
      var check = createTask(() -> health.fetch("held"));
      await(held.asked);
      assertThat(health.fetch("other")).isEqualTo(ServingStatus.SERVING);
      assertThat(check.done()).isFalse();
      held.release();
      assertThat(await(check)).isEqualTo(ServingStatus.SERVING);
    });
  }

  @EachMode
  @Shows(
      in = Column.CANCEL,
      value =
          "`BLOCK`: the task ends, the call goes on; `SWITCH`: the call is cancelled, and the server"
              + " told")
  void check_cancelledWhileItWaits_endsAtOnce(Mode mode) {
    var got = new AtomicReference<ServingStatus>();
    mode.run(() -> {
      var check = createTask(() -> mode.call(() -> got.set(health.check("held"))));
      await(held.asked);
      check.cancel();
      assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> await(check));
      if (mode == Mode.SWITCH) {
        await(held.givenUp);
      } else {
        assertThat(held.givenUp).isNotDone();
        held.release();
      }
    });
    assertThat(got.get()).isEqualTo(mode == Mode.BLOCK ? ServingStatus.SERVING : null);
  }

  @EachMode
  @Shows(in = Column.CANCEL, value = "the stub of futures: as under `SWITCH`")
  void fetch_cancelledWhileItWaits_cancelsTheCall(Mode mode) {
    mode.run(() -> {
      var check = createTask(() -> health.fetch("held"));
      await(held.asked);
      check.cancel();
      assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> await(check));
      await(held.givenUp);
    });
  }
}
