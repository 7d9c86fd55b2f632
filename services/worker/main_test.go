package main

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"readme/services/books"
	"readme/services/storage/storagetest"
)

func good() map[string]string {
	return map[string]string{
		"DATABASE_URL": "postgres://u:s3cr3t@127.0.0.1:1/db", "SUPABASE_URL": "http://127.0.0.1:1",
		"SUPABASE_SECRET_KEY": "sb_secret_s3cr3t", "REDIS_URL": "redis://default:s3cr3t@127.0.0.1:1",
	}
}

func TestRun_namesTheVariableThatIsWrongAndNotItsValue(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, value, want string }{
		{"DATABASE_URL", "", "worker: DATABASE_URL is not set\n"},
		{"DATABASE_URL", "mysql://s3cr3t", "worker: DATABASE_URL: parse database URL: it must look like postgres://user:password@host:5432/name\n"},
		{"DATABASE_URL", "postgres://u:s3cr3t@:x", "worker: DATABASE_URL: parse database URL: it must look like postgres://user:password@host:5432/name\n"},
		{"SUPABASE_URL", "", "worker: SUPABASE_URL is not set\n"},
		{"SUPABASE_URL", "http://s3cr3t.example", "worker: SUPABASE_URL: parse project URL: it must be https, or the key would travel in the clear\n"},
		{"SUPABASE_SECRET_KEY", "", "worker: SUPABASE_SECRET_KEY is not set\n"},
		{"SUPABASE_SECRET_KEY", "s3cr3t\n", "worker: SUPABASE_SECRET_KEY holds a space or a line break\n"},
		{"REDIS_URL", "", "worker: REDIS_URL is not set\n"},
		{"REDIS_URL", "http://s3cr3t", "worker: REDIS_URL: parse Redis URL: it must look like rediss://default:password@host:6379\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			env := good()
			env[tc.name] = tc.value
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), func(name string) string { return env[name] }, &stdout, &stderr)
			if code != exitConfig || stderr.String() != tc.want || stdout.Len() != 0 {
				t.Errorf("got exit %d, stdout %q, stderr %q, want %q", code, &stdout, &stderr, tc.want)
			}
		})
	}
}

func TestConfig_prefersWhatThePlatformSays(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, host, wantName, wantCommit string
		more                             map[string]string
	}{
		{"nothing is said", "", "worker-1", "unknown", nil},
		{"a machine of ours", "laptop", "worker-laptop", "abc", map[string]string{"RELEASE_COMMIT": "abc"}},
		{"Railway", "box", "worker-r1", "def", map[string]string{"RELEASE_COMMIT": "abc", "RAILWAY_GIT_COMMIT_SHA": "def", "RAILWAY_REPLICA_ID": "r1"}},
	} {
		env := good()
		maps.Copy(env, tc.more)
		cfg, err := readConfig(func(name string) string { return env[name] }, tc.host)
		if err != nil || cfg.name != tc.wantName || cfg.commit != tc.wantCommit {
			t.Errorf("%s: got %q of %q, %v", tc.name, cfg.name, cfg.commit, err)
		}
	}
}

func TestRun_waitsForAPostgresThatIsAwayAndTellsNoSecret(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	said, code := newRecords(), make(chan int, 1)
	var stderr bytes.Buffer
	env := good()
	go func() { code <- run(ctx, func(name string) string { return env[name] }, said, &stderr) }()
	said.await(t, 2, "postgres does not answer", "")
	cancel()
	if got := <-code; got != 0 || stderr.Len() != 0 {
		t.Errorf("got exit %d and %q", got, &stderr)
	}
	if strings.Contains(said.String(), "s3cr3t") {
		t.Errorf("the log holds a secret:\n%s", said)
	}
}

// process is a worker in a process of its own.
type process struct {
	*exec.Cmd
	said   *records
	stderr *bytes.Buffer
}

func launch(t *testing.T, b *bench, replica string) process {
	t.Helper()
	p := process{exec.Command(os.Args[0]), newRecords(), &bytes.Buffer{}}
	p.Env = []string{
		beWorker + "=1", "DATABASE_URL=" + b.cfg.databaseURL, "SUPABASE_URL=" + b.cfg.supabaseURL,
		"SUPABASE_SECRET_KEY=" + b.cfg.supabaseKey, "REDIS_URL=" + b.cfg.redisURL,
		"RAILWAY_REPLICA_ID=" + replica, "RELEASE_COMMIT=abc",
	}
	p.Stdout, p.Stderr = p.said, p.stderr
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p.ProcessState == nil {
			_ = p.Process.Kill()
			_ = p.Wait()
		}
	})
	return p
}

// holdStorage lets no answer out until release is called, and tells of each question.
func (b *bench) holdStorage(t *testing.T) (asked <-chan struct{}, release func()) {
	t.Helper()
	questions, gate := make(chan struct{}, 10), make(chan struct{})
	b.files.Refuse(func(r *http.Request) *storagetest.Refusal {
		questions <- struct{}{}
		select {
		case <-gate:
		case <-r.Context().Done():
		}
		return nil
	})
	return questions, func() { close(gate) }
}

func TestMain_finishesTheJobInHandOnSIGTERM(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	asked, release := b.holdStorage(t)
	id := b.upload(t, 1)
	b.wake(t, id)
	p := launch(t, b, "one")
	<-asked
	if line := p.said.await(t, 1, "processing your book", id); line["commit"] != "abc" || line["service"] != "worker" {
		t.Errorf("the line is %v", line)
	}
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.said.await(t, 1, "stopping: jobs in hand may finish", "")
	release()
	if err := p.Wait(); err != nil || p.stderr.Len() != 0 {
		t.Errorf("it ended with %v and %q", err, p.stderr)
	}
	b.want(t, id, row{books.Ready, 1, ""})
	p.said.await(t, 1, "stopped", "")
}

func TestMain_aKilledWorkersJobIsFinishedByAnother(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	asked, release := b.holdStorage(t)
	id := b.upload(t, 1)
	b.wake(t, id)
	p := launch(t, b, "killed")
	<-asked
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait()
	release()
	b.want(t, id, row{books.Processing, 1, ""})
	b.later(t, 2*time.Minute) // its lease runs out
	stop := start(t, b.worker("another"))
	b.said.await(t, 1, "your book is ready", id)
	stop()
	b.want(t, id, row{books.Ready, 2, ""})
}
