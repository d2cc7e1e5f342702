package jasyncio.recipes.s3;

import static jasyncio.Asyncio.*;

import jasyncio.BlockingPolicy;
import jasyncio.RunOptions;
import java.net.URI;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/// Reports in S3. Nothing in its methods knows of a loop.
public final class Reports {
  private static final String BUCKET = "reports";

  private final S3Client s3;

  public Reports(S3Client s3) {
    this.s3 = s3;
  }

  public void put(String name, String text) {
    s3.putObject(put -> put.bucket(BUCKET).key(name), RequestBody.fromString(text));
  }

  public String get(String name) {
    return s3.getObjectAsBytes(get -> get.bucket(BUCKET).key(name)).asUtf8String();
  }

  /// A client of a server that speaks like S3. For S3 itself: `S3Client.create()`.
  public static S3Client client(URI server) {
    return S3Client.builder()
        .endpointOverride(server)
        .forcePathStyle(true) // no names of hosts to look up
        .region(Region.EU_WEST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .serviceConfiguration(s3 -> s3.chunkedEncodingEnabled(false))
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .build();
  }

  static void main(String[] servers) {
    try (var s3 = client(URI.create(servers[0]))) {
      var reports = new Reports(s3);
      run(
          () -> {
            // Each waits for its answer while the other runs.
            await(
                gatherActions(
                    () -> reports.put("may", "It rained."),
                    () -> reports.put("june", "It snowed.")));
            IO.println(reports.get("june"));
          },
          RunOptions.defaults().blocking(BlockingPolicy.SWITCH));
    }
  }
}
