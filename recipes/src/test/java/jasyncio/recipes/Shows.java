package jasyncio.recipes;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// What a test shows of its [Recipe]'s library. That is in the table as long as the test is green.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(Shows.All.class)
public @interface Shows {
  /// {@return in which column}
  Column in();

  /// {@return in a few words of Markdown}
  String value();

  /// A column of the table.
  enum Column {
    BLOCK("`BLOCK` with `toThread`"),
    SWITCH("`SWITCH`"),
    CANCEL("cancelled");

    final String title;

    Column(String title) {
      this.title = title;
    }
  }

  /// What a test shows, if it is more than one thing.
  @Target(ElementType.METHOD)
  @Retention(RetentionPolicy.RUNTIME)
  @interface All {
    Shows[] value();
  }
}
