package jasyncio.http.docs;

import jasyncio.http.HttpProblem;
import jasyncio.http.Request;
import jasyncio.http.Response;
import jasyncio.http.StructuredField.Flag;
import jasyncio.http.StructuredField.Item;
import jasyncio.http.StructuredField.Text;
import jasyncio.http.StructuredField.Token;
import jasyncio.http.StructuredField.Whole;
import java.util.ArrayList;

class Priorities {
  static Response tell(Request rq) {
    var priority = rq.headerDictionary("Priority"); // Priority: u=1, i
    long urgency = priority.get("u") instanceof Item(Whole(var u), _) ? u : 3; // or 3
    boolean piecewise = priority.get("i") instanceof Item(Flag(var i), _) && i; // or false

    // Accept-Query: "application/jsonpath", sql;charset="utf-8"
    var types = new ArrayList<String>();
    for (var member : rq.headerList("Accept-Query")) {
      switch (member) {
        case Item(Text(var type), _) -> types.add(type);
        case Item(Token(var type), var more) ->
            types.add(type + (more.get("charset") instanceof Text(var set) ? " in " + set : ""));
        default -> throw HttpProblem.of(400, "Accept-Query has types, and nothing else.");
      }
    }
    return Response.text(urgency + " " + piecewise + " " + types);
  }
}
