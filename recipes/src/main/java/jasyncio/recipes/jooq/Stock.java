package jasyncio.recipes.jooq;

import static jasyncio.Asyncio.*;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import jasyncio.BlockingPolicy;
import jasyncio.RunOptions;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/// What a shop has, in a database. Nothing in its methods knows of a loop.
public final class Stock {
  private static final Table<Record> STOCK = table(name("stock"));
  private static final Field<String> ARTICLE = field(name("article"), SQLDataType.VARCHAR);
  private static final Field<Integer> PIECES = field(name("pieces"), SQLDataType.INTEGER);

  private static final Table<Record> SALE = table(name("sale"));
  private static final Field<String> CUSTOMER = field(name("customer"), SQLDataType.VARCHAR);

  private final DSLContext sql;

  public Stock(DSLContext sql) {
    this.sql = sql;
  }

  public void create() {
    sql.dropTableIfExists(STOCK).execute();
    sql.dropTableIfExists(SALE).execute();
    sql.createTable(SALE).columns(CUSTOMER, ARTICLE).execute();
    sql.createTable(STOCK).columns(ARTICLE, PIECES).primaryKey(ARTICLE).execute();
    sql.insertInto(STOCK, ARTICLE, PIECES).values("tea", 3).values("salt", 5).execute();
  }

  public int pieces(String article) {
    return sql.select(PIECES)
        .from(STOCK)
        .where(ARTICLE.eq(article))
        .fetchOptional(PIECES)
        .orElseThrow();
  }

  /// Takes so many pieces out and notes for whom, if there are so many.
  public boolean take(String article, int pieces, String customer) {
    return sql.transactionResult(transaction -> {
      var inside = transaction.dsl();
      var taken =
          inside
              .update(STOCK)
              .set(PIECES, PIECES.minus(pieces))
              .where(ARTICLE.eq(article), PIECES.ge(pieces))
              .execute();
      if (taken == 1) {
        inside.insertInto(SALE, CUSTOMER, ARTICLE).values(customer, article).execute();
      }
      return taken == 1;
    });
  }

  static void main(String[] urls) {
    System.setProperty("org.jooq.no-logo", "true");
    System.setProperty("org.jooq.no-tips", "true");
    var config = new HikariConfig();
    config.setJdbcUrl(urls[0]);
    try (var pool = new HikariDataSource(config)) {
      var stock = new Stock(DSL.using(pool, SQLDialect.POSTGRES));
      stock.create();
      run(
          () -> {
            // Both want two of three: the database decides, and the loop does not wait for it.
            var ada = createTask(() -> stock.take("tea", 2, "Ada"));
            var ben = createTask(() -> stock.take("tea", 2, "Ben"));
            IO.println(await(ada) ^ await(ben) ? "one of them has tea" : "this cannot be");
          },
          RunOptions.defaults().blocking(BlockingPolicy.SWITCH));
    }
  }
}
