import static jasyncio.generator.Generators.*;

import jasyncio.generator.Generator;

Generator<Object> gen(Object... args) {
  return generator(g -> {
    for (var item : args) {
      g.yieldFrom(iter(item));
    }
  });
}

void main() {
  // a string
  var astr = "ABC";
  // a list
  var alist = List.of(1, 2, 3);
  // a dictionary
  var adict = new LinkedHashMap<String, Object>();
  adict.put("name", "wangbm");
  adict.put("age", 18);
  // a generator
  Generator<Integer> agen =
      generator(g -> {
        for (int i = 4; i < 8; i++) {
          g.yield(i);
        }
      });

  var newList = gen(astr, alist, adict, agen);
  IO.println(newList.stream().toList());
}
