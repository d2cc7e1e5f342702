package jasyncio.testing.program;

import java.lang.invoke.CallSite;
import java.lang.invoke.ConstantCallSite;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/// Links `Set.of` and `Map.of` of a simulated program, with however many arguments, to those of
/// [Outside], which keep their order.
public final class InOrder {
  private InOrder() {}

  /// Called by the JVM, once for each call in the program.
  ///
  /// @param lookup not used
  /// @param name `setOf` or `mapOf`
  /// @param type of the call
  /// @return what it calls
  /// @throws ReflectiveOperationException if [Outside] has no such method
  public static CallSite bootstrap(MethodHandles.Lookup lookup, String name, MethodType type)
      throws ReflectiveOperationException {
    var of = MethodType.methodType(type.returnType(), Object[].class);
    var target = MethodHandles.lookup().findStatic(Outside.class, name, of);
    return new ConstantCallSite(
        target.asCollector(Object[].class, type.parameterCount()).asType(type));
  }
}
