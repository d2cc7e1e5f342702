/// Uses every library of a release.
module com.example.consumer {
  requires ch.qos.logback.classic;
  requires io.opentelemetry.context;
  requires jasyncio;
  requires jasyncio.http;
  requires jasyncio.kotlin;
  requires jasyncio.micrometer;
  requires jasyncio.opentelemetry;
  requires jasyncio.slf4j;
}
