package ledger

import (
	"context"
	"os"
	"syscall"
	"time"
)

// On gives a journal on a file that Create would not open, such as /dev/full.
func On(f *os.File) *Journal { return &Journal{file: f, path: f.Name()} }

// Counting counts the syncs of a journal.
func Counting(j *Journal) *int {
	c := &counter{file: j.file}
	j.file = c
	return &c.syncs
}

type counter struct {
	file

	syncs int
}

func (c *counter) Sync() error {
	c.syncs++
	return c.file.Sync()
}

// FailOnce makes the next sync of a journal fail.
func FailOnce(j *Journal, err error) { j.file = &failing{file: j.file, err: err} }

type failing struct {
	file

	err error
}

func (f *failing) Sync() error {
	err := f.err
	f.err = nil
	return err
}

// Decode reads a journal.
var Decode = decode

// Pace is how a lease keeps time in a test: its life in the database, and the rest of it. Zero is the usual.
type Pace struct{ Life, Every, Margin, Again, Try time.Duration }

// AcquireAt is Acquire at another pace.
func AcquireAt(ctx context.Context, d Database, h Holder, p Pace) (*Lease, error) {
	return d.acquire(ctx, h, nil, pace{life: p.Life, every: p.Every, margin: p.Margin, again: p.Again, try: p.Try})
}

// NewRecordAt is NewRecord at another pace.
func NewRecordAt(j *Journal, d Database, l *Lease, linger, window, try time.Duration) *Record {
	return newRecord(j, d, l, rhythm{linger: linger, window: window, try: try})
}

// Fill leaves a journal's disk room for half a line more.
func Fill(j *Journal) { j.file = &full{file: j.file} }

type full struct{ file }

func (f *full) Write(p []byte) (int, error) {
	n, _ := f.file.Write(p[:20])
	return n, syscall.ENOSPC
}
