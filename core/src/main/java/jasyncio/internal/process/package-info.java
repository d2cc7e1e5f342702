/// The machine that starts child processes, signals them and waits for their end; knows no loop.
package jasyncio.internal.process;
