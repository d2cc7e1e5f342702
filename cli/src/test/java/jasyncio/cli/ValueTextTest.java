package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ValueTextTest {
  private static List<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  @Test
  void value_thatIsShort_isWhole() {
    assertThat(ValueText.of(numbers(3), 20)).isEqualTo("[0, 1, 2]");
    assertThat(ValueText.of(new int[] {1, 2}, 20)).isEqualTo("int[2] { 1, 2 }");
    assertThat(ValueText.of(new String[][] {{"a"}}, 20))
        .isEqualTo("String[1][] { String[1] { \"a\" } }");
    assertThat(ValueText.of(Map.of("a", 1), 20)).isEqualTo("{a=1}");
    assertThat(ValueText.of("a\n", 20)).isEqualTo("\"a\\n\"");
    assertThat(ValueText.of(new ArrayList<>(), 1)).isEqualTo("[]");
  }

  @Test
  void collection_thatIsLarge_saysHowManyMore() {
    assertThat(ValueText.of(numbers(10_000), 10)).isEqualTo("[0, 1, 2, 3, … 9,996 more]");
    assertThat(ValueText.of(Collections.unmodifiableList(numbers(1001)), 1))
        .isEqualTo("[0, … 1,000 more]");
    assertThat(ValueText.of(new int[100], 13)).isEqualTo("int[100] { 0, 0, … 98 more }");
    var map = new LinkedHashMap<Integer, String>();
    numbers(100).forEach(i -> map.put(i, "v"));
    assertThat(ValueText.of(map, 8)).isEqualTo("{0=v, 1=v, … 98 more}");
    assertThat(ValueText.of(map.keySet(), 5)).isEqualTo("[0, 1, … 98 more]");
  }

  @Test
  void text_thatIsLong_saysHowManyMore() {
    assertThat(ValueText.of("a".repeat(2000), 3)).isEqualTo("\"aaa\"… 1,997 more characters");
    assertThat(ValueText.of("a😀b", 2)).isEqualTo("\"a\"… 3 more characters");
    assertThat(ValueText.of(Path.of("abcdef"), 2)).isEqualTo("ab… 4 more characters");
    assertThat(ValueText.of(List.of("abcdef", "x"), 4))
        .isEqualTo("[abcd… 2 more characters, … 1 more]");
  }

  @Test
  void collection_withATextOfItsOwn_hasThat() {
    var odd =
        new ArrayList<Integer>(numbers(50)) {
          @Override
          public String toString() {
            return "odd";
          }
        };
    assertThat(ValueText.of(odd, 10)).isEqualTo("odd");
    assertThat(ValueText.of(Collections.synchronizedSet(Set.of("abc")), 3))
        .isEqualTo("[ab… 2 more characters");
  }

  @Test
  void collection_inItself_doesNotEndTheStack() {
    var all = new ArrayList<Object>();
    all.add(all);
    assertThat(ValueText.of(all, 100)).isEqualTo("[(this Collection)]");
  }
}
