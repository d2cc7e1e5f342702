/// Read-only snapshots of what runs: who waits for whom, and where.
package jasyncio.inspect;
