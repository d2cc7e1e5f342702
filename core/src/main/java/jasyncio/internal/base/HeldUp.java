package jasyncio.internal.base;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who has a loop for itself, as it was seen from outside.
///
/// @param task the name of the task; `null` if it is a callback, or nothing that the loop knows
/// @param number the task's; 0 likewise
/// @param doing what it does
/// @param stack where, innermost frame first
/// @param text all of it, and what to do about it, for people
public record HeldUp(
    @Nullable String task, int number, String doing, List<String> stack, String text) {}
