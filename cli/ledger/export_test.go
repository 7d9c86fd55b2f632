package ledger

import "os"

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
