package migrate_test

import (
	"crypto/rand"
	"testing"
)

func database(t *testing.T) string {
	t.Helper()
	name := "t" + rand.Text()
	admin := connect(t, "postgres://postgres:verysecret@127.0.0.1:54987/postgres")
	exec(t, admin, "create database \""+name+"\"")
	return "postgres://postgres:verysecret@127.0.0.1:54987/" + name
}
