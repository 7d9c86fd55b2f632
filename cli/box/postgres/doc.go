// Package postgres runs a real Postgres as a private child process, with installed binaries or with one pinned build
// that is fetched once.
package postgres
