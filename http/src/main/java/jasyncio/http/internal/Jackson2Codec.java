package jasyncio.http.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import jasyncio.http.JsonCodec;
import java.io.IOException;
import java.lang.reflect.Type;

/// JSON by Jackson 2, with its modules for dates and the like, if they are there.
final class Jackson2Codec implements JsonCodec {
  private final ObjectMapper mapper = JsonMapper.builder().findAndAddModules().build();

  @Override
  public Object read(byte[] json, Type type) throws IOException {
    try {
      return mapper.readValue(json, mapper.constructType(type));
    } catch (JsonProcessingException e) {
      throw new IOException(e.getOriginalMessage(), e);
    }
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
