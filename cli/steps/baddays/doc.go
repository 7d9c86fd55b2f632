// Package baddays holds no code: its tests release a whole product to all emulated vendors, with one of their faults on,
// and hold the verdict against what the vendors really serve afterwards. Each vendor's rows are in a file of their own.
package baddays
