package jasyncio.http.internal;

import jasyncio.http.JsonCodec;
import java.io.IOException;
import java.lang.reflect.Type;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/// JSON by Jackson 3.
final class JacksonCodec implements JsonCodec {
  private final ObjectMapper mapper = JsonMapper.builder().build();

  @Override
  public Object read(byte[] json, Type type) throws IOException {
    try {
      return mapper.readValue(json, mapper.constructType(type));
    } catch (JacksonException e) {
      throw mismatch(e);
    }
  }

  private static IOException mismatch(JacksonException e) {
    if (e instanceof StreamConstraintsException) {
      return JsonMismatch.excess(e);
    }
    var at = e.getLocation();
    int line = at == null ? 0 : at.getLineNr();
    int column = at == null ? 0 : at.getColumnNr();
    if (e instanceof StreamReadException && !(e instanceof InputCoercionException)) {
      return JsonMismatch.syntax(line, column, e);
    }
    var path =
        e.getPath().stream()
            .map(r -> r.getIndex() >= 0 ? "[" + r.getIndex() + "]" : "" + r.getPropertyName())
            .toList();
    return JsonMismatch.type(path, line, column, e);
  }

  @Override
  public byte[] write(Object value) throws IOException {
    try {
      return mapper.writeValueAsBytes(value);
    } catch (JacksonException e) {
      throw new IOException(e.getOriginalMessage(), e);
    }
  }
}
