package jasyncio.util;

import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.internal.base.PointHook;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class PointTest {

  @Test
  void at_noTest_nothingHappens() {
    assertThat(PointHook.get()).isNull();
    Point.at("anywhere");
  }

  @Test
  void at_someoneListens_isTold() {
    var came = new ArrayList<String>();
    PointHook.set(came::add);
    try {
      Point.at("here");
    } finally {
      PointHook.set(null);
    }
    Point.at("there");
    assertThat(came).contains("here").doesNotContain("there");
  }
}
