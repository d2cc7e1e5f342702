package jasyncio.kotlin

import jasyncio.Context
import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.CoroutineContext

/**
 * Has coroutines that run on a loop's dispatcher see the [context variables][jasyncio.ContextVar]
 * of this context, and set them there. Children that are launched inherit it: they share the
 * context, which tasks of jasyncio copy.
 *
 * Without it a coroutine sees what was current where it was launched, or resumed.
 *
 * Python: the `context` argument of `create_task` and `call_soon`.
 */
public fun Context.asContextElement(): CoroutineContext.Element = LoopContext(this)

internal class LoopContext(val context: Context) : AbstractCoroutineContextElement(Key) {
  companion object Key : CoroutineContext.Key<LoopContext>

  override fun toString(): String = "LoopContext($context)"
}
