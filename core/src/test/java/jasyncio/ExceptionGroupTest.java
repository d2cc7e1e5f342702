package jasyncio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExceptionGroupTest {
  private final IOException io = new FileNotFoundException("io");
  private final IllegalStateException state = new IllegalStateException("state");
  private final Error error = new AssertionError("error");
  private final ExceptionGroup inner = new ExceptionGroup("inner", List.of(state, error));
  private final ExceptionGroup group = new ExceptionGroup("outer", List.of(io, inner));

  @Test
  void group_tellsWhatItHolds() {
    assertThat(group.exceptions()).containsExactly(io, inner);
    assertThat(group.message()).isEqualTo("outer");
    assertThat(group).hasMessage("outer (2 sub-exceptions)").hasCause(io);
    assertThat(group.getSuppressed()).containsExactly(inner);
    assertThat(new ExceptionGroup("one", List.of(io))).hasMessage("one (1 sub-exception)");
  }

  @Test
  void group_ofNothing_isAnError() {
    assertThatIllegalArgumentException().isThrownBy(() -> new ExceptionGroup("none", List.of()));
  }

  @Test
  void split_divides_throughAllLevels() {
    var parts = group.split(e -> e instanceof IllegalStateException);
    assertThat(parts.matching().exceptions())
        .singleElement()
        .isInstanceOfSatisfying(
            ExceptionGroup.class,
            nested -> {
              assertThat(nested.message()).isEqualTo("inner");
              assertThat(nested.exceptions()).containsExactly(state);
            });
    assertThat(parts.rest().exceptions()).hasSize(2).startsWith(io);
    assertThat(((ExceptionGroup) parts.rest().exceptions().getLast()).exceptions())
        .containsExactly(error);
    assertThat(parts.matching().message()).isEqualTo("outer");
  }

  @Test
  void split_thatMatchesAllOrNothing_hasOnePart() {
    var all = group.split(e -> true);
    assertThat(all.matching()).isSameAs(group);
    assertThat(all.rest()).isNull();
    var none = group.split(e -> false);
    assertThat(none.matching()).isNull();
    assertThat(none.rest().exceptions()).hasSize(2);
  }

  @Test
  void subgroup_byTypeTakesSubclassesToo() {
    assertThat(group.subgroup(IOException.class).exceptions()).containsExactly(io);
    assertThat(group.subgroup(ArithmeticException.class)).isNull();
    assertThat(group.subgroup(e -> e == error).exceptions()).hasSize(1);
  }

  @Test
  void unwrap_opensGroupsOfOne() {
    var nested = new ExceptionGroup("outer", List.of(new ExceptionGroup("inner", List.of(io))));
    assertThat(ExceptionGroup.unwrap(nested)).isSameAs(io);
    assertThat(ExceptionGroup.unwrap(group)).isSameAs(group);
    assertThat(ExceptionGroup.unwrap(io)).isSameAs(io);
  }

  @Test
  void parts_keepTheStackTraceOfTheWhole() {
    assertThat(group.subgroup(IOException.class).getStackTrace()).isEqualTo(group.getStackTrace());
  }

  @Test
  void serialised_keepsItsExceptions() throws Exception {
    var bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      out.writeObject(
          new ExceptionGroup("several", List.of(io, new ExceptionGroup("in", List.of(io)))));
    }
    try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      var copy = (ExceptionGroup) in.readObject();
      assertThat(copy.message()).isEqualTo("several");
      assertThat(copy.exceptions()).hasSize(2);
      assertThat(copy.subgroup(IOException.class).exceptions()).hasSize(2);
    }
  }
}
