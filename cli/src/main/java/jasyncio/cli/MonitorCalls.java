package jasyncio.cli;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.lang.model.element.Element;
import javax.lang.model.type.TypeMirror;
import org.jspecify.annotations.Nullable;

/// Finds calls such as `event.wait()` and `condition.notify()`: they are asyncio's words, and they
/// compile, as every object has methods of these names, which do something else.
final class MonitorCalls extends TreePathScanner<@Nullable Void, @Nullable Void> {
  private static final String WAIT =
      "wait(…) is a method of every Object, for threads: what waits here is called await(…)";
  private static final String NOTIFY =
      "notify(…) is a method of every Object, for threads:"
          + " a Condition here has signal(…) and signalAll()";

  /// What to say about a method.
  static final Map<String, String> SENTENCES =
      Map.of("wait", WAIT, "notify", NOTIFY, "notifyAll", NOTIFY);

  private static final Pattern SUSPECT =
      Pattern.compile("(?:\\.|::)\\s*(?:wait|notify|notifyAll)\\b");

  private final CompilationUnitTree unit;
  private final Trees trees;
  private final SortedMap<Long, String> found = new TreeMap<>();

  private MonitorCalls(CompilationUnitTree unit, Trees trees) {
    this.unit = unit;
    this.trees = trees;
  }

  /// Whether a program may have such calls; most have not, and need not be looked through.
  static boolean arePossible(String text) {
    return SUSPECT.matcher(text).find();
  }

  /// The sentences about a program that the compiler has analyzed, by line.
  static SortedMap<Long, String> in(CompilationUnitTree unit, JavacTask task) {
    MonitorCalls calls = new MonitorCalls(unit, Trees.instance(task));
    calls.scan(unit, null);
    return calls.found;
  }

  @Override
  public @Nullable Void visitMethodInvocation(MethodInvocationTree tree, @Nullable Void nothing) {
    if (tree.getMethodSelect() instanceof MemberSelectTree selected) {
      check(tree, selected.getIdentifier().toString(), selected.getExpression());
    }
    return super.visitMethodInvocation(tree, null);
  }

  @Override
  public @Nullable Void visitMemberReference(MemberReferenceTree tree, @Nullable Void nothing) {
    check(tree, tree.getName().toString(), tree.getQualifierExpression());
    return super.visitMemberReference(tree, null);
  }

  private void check(Tree call, String name, ExpressionTree receiver) {
    String sentence = SENTENCES.get(name);
    if (sentence == null) {
      return;
    }
    Element method = trees.getElement(getCurrentPath());
    TypeMirror type = trees.getTypeMirror(new TreePath(getCurrentPath(), receiver));
    if (method != null
        && String.valueOf(method.getEnclosingElement()).equals("java.lang.Object")
        && type != null
        && type.toString().startsWith("jasyncio.")) {
      long start = trees.getSourcePositions().getStartPosition(unit, call);
      found.put(unit.getLineMap().getLineNumber(start), sentence);
    }
  }
}
