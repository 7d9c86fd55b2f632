// Package child starts processes that cannot outlive us: each has a session of its own and a guard, a small shell that
// waits at a pipe which only we hold open, so that however we end, kill -9 included, the whole group is stopped.
package child
