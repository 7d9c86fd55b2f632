// Package migrate applies SQL files to Postgres, each in one transaction and under a lock, and shows what is applied,
// what is pending, and what no longer fits.
package migrate
