/// What every package of the module may use: it knows no loop, and calls none of ours.
package jasyncio.internal.base;
