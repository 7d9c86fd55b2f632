package ledger_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"readme/cli/box/postgres"
	"readme/cli/ledger"
	"readme/cli/release"
)

// BenchmarkLedger is the cost of one intent, in turn with its peers on the same disk and the same server (whose commits wait for the disk): a bare append with fsync, and a bare
// insert of one row. Each is the median, in milliseconds.
func BenchmarkLedger(b *testing.B) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("readme-ops-ledger-%d-%d", os.Getpid(), time.Now().UnixNano()))
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := server(b, dir, 0, release.NewSecret("horse"))
	b.Cleanup(func() { _ = s.Stop(context.Background()) })
	d := dialled(s.URL(postgres.Database).Reveal())
	must(b, d.Prepare(b.Context()))
	lease, err := d.Acquire(b.Context(), me(run))
	must(b, err)
	b.Cleanup(func() { _ = lease.Release(context.Background()) })

	file, err := os.Create(filepath.Join(b.TempDir(), "bare"))
	must(b, err)
	conn, err := d.Dial(b.Context())
	must(b, err)
	b.Cleanup(func() { _, _ = file.Close(), conn.Close(context.Background()) })
	_, err = conn.Exec(b.Context(), `create table bare (run text, seq bigint, kind text, line text, primary key (run, seq))`)
	must(b, err)
	journal := begin(b, ledger.Database{}, nil)
	record := begin(b, d, lease)

	names := []string{"append+fsync", "journal", "insert", "journal+postgres"}
	took := make([][]time.Duration, len(names))
	seq := int64(3)
	for b.Loop() {
		seq++
		e := release.Event{Seq: seq, At: time.Now().UTC(), Run: run, Step: "api", Body: release.StepIntent{Text: "upload 1.2 MB to railway service api", Data: json.RawMessage(`{"key":"0a1b2c3d","before":["a","b"]}`)}}
		line, err := json.Marshal(e)
		must(b, err)
		for i, write := range []func() error{
			func() error {
				if _, err := file.Write(append(line, '\n')); err != nil {
					return err
				}
				return file.Sync()
			},
			func() error { return journal.Write([]release.Event{e}) },
			func() error {
				_, err := conn.Exec(b.Context(), `insert into bare values ($1, $2, $3, $4)`, pgx.QueryExecModeExec, run, seq, "step_intent", string(line))
				return err
			},
			func() error { return record.Write([]release.Event{e}) },
		} {
			began := time.Now()
			must(b, write())
			took[i] = append(took[i], time.Since(began))
		}
	}
	for i, name := range names {
		slices.Sort(took[i])
		b.ReportMetric(float64(took[i][len(took[i])/2].Microseconds())/1000, "ms/"+name)
	}
}

// begin begins a record of three events.
func begin(b *testing.B, d ledger.Database, l *ledger.Lease) *ledger.Record {
	b.Helper()
	j, err := ledger.Create(b.TempDir(), run)
	must(b, err)
	r := ledger.NewRecord(j, d, l)
	must(b, r.Write(story(run, "prod")[:3]))
	b.Cleanup(func() { _ = r.Close(context.Background()) })
	return r
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
