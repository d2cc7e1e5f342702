package jasyncio.http.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.MutableCoercionConfig;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import jasyncio.http.JsonCodec;
import java.io.IOException;
import java.lang.reflect.Type;
import java.util.List;

/// JSON by Jackson 2, with its modules for dates and the like, if they are there. Read and written
/// as by Jackson 3, with three exceptions: `null` in the place of a number, which cannot be refused
/// here without refusing one that is missing; the order of the members of a bean; and the form of
/// the zone in dates.
final class Jackson2Codec implements JsonCodec {
  private final ObjectMapper mapper =
      JsonMapper.builder()
          .findAndAddModules()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
          .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
          .enable(DeserializationFeature.READ_ENUMS_USING_TO_STRING)
          .withCoercionConfig(LogicalType.Integer, Jackson2Codec::refuseEmpty)
          .withCoercionConfig(LogicalType.Float, Jackson2Codec::refuseEmpty)
          .build();

  private static void refuseEmpty(MutableCoercionConfig config) {
    config.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail);
  }

  @Override
  public Object read(byte[] json, Type type) throws IOException {
    try {
      return mapper.readValue(json, mapper.constructType(type));
    } catch (JsonProcessingException e) {
      throw mismatch(e);
    }
  }

  private static IOException mismatch(JsonProcessingException e) {
    if (e.getClass().getSimpleName().equals("StreamConstraintsException")) { // since 2.15
      return JsonMismatch.excess(e);
    }
    var at = e.getLocation();
    int line = at == null ? 0 : at.getLineNr();
    int column = at == null ? 0 : at.getColumnNr();
    if (e instanceof JsonMappingException mapping) {
      var path =
          mapping.getPath().stream()
              .map(r -> r.getIndex() >= 0 ? "[" + r.getIndex() + "]" : "" + r.getFieldName())
              .toList();
      return JsonMismatch.type(path, line, column, e);
    }
    return e instanceof InputCoercionException
        ? JsonMismatch.type(List.of(), line, column, e)
        : JsonMismatch.syntax(line, column, e);
  }

  @Override
  public byte[] write(Object value) throws IOException {
    try {
      return mapper.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IOException(e.getOriginalMessage(), e);
    }
  }
}
