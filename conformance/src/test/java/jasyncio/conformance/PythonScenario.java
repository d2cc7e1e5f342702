package jasyncio.conformance;

/// The Python half of a pair: which function, and the rule it pins.
///
/// @param name the function
/// @param rule the rule
/// @param output what it prints
/// @param debugOutput what it prints in debug mode
record PythonScenario(String name, String rule, Output output, Output debugOutput) {
  Output output(boolean debug) {
    return debug ? debugOutput : output;
  }
}
