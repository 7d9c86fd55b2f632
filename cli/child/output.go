package child

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// MaxLine is the longest line in bytes; the rest of a longer one is dropped.
const MaxLine = 64 << 10

// stray is how long we wait for more after the group is gone, and strayBytes how much of it we take: whoever left the
// group may still hold the pipe open.
const (
	stray      = 200 * time.Millisecond
	strayBytes = 1 << 20
)

// outputs are the pipes between a child and the functions that get its lines.
type outputs struct {
	read, write [2]*os.File // stdout and stderr; the second is nil when both share one pipe
	take        [2]func(io.Reader)
	readers     sync.WaitGroup
}

func newOutputs(c Command) (*outputs, error) {
	o := &outputs{take: [2]func(io.Reader){byLine(c.Stdout), byLine(c.Stderr)}}
	if c.Output != nil {
		o.take[0] = func(r io.Reader) { pieces(r, c.Output) }
	}
	for i, take := range o.take {
		if take == nil {
			continue
		}
		var err error
		if o.read[i], o.write[i], err = os.Pipe(); err != nil {
			o.close()
			return nil, err
		}
	}
	return o, nil
}

// stdout and stderr are what the child gets; an io.Writer that is nil means /dev/null.
func (o *outputs) stdout() io.Writer {
	if o.write[0] == nil {
		return nil
	}
	return o.write[0]
}

func (o *outputs) stderr() io.Writer {
	if o.write[1] == nil {
		return o.stdout()
	}
	return o.write[1]
}

// started closes the child's ends, which are its own now, and begins to read.
func (o *outputs) started() {
	for i, r := range o.read {
		if r == nil {
			continue
		}
		_ = o.write[i].Close()
		take := o.take[i]
		o.readers.Go(func() { take(&pipe{file: r}) })
	}
}

// finish hands over what is still in the pipes.
func (o *outputs) finish() {
	for _, r := range o.read {
		if r != nil {
			_ = r.SetReadDeadline(time.Now().Add(stray))
		}
	}
	o.readers.Wait()
	o.close()
}

func (o *outputs) close() {
	for i := range o.read {
		if o.read[i] != nil {
			_ = o.read[i].Close()
			_ = o.write[i].Close()
		}
	}
}

// pipe reads on when its deadline is over, as long as something comes: a slow reader must not lose the last lines.
type pipe struct {
	file *os.File
	late int
}

func (p *pipe) Read(b []byte) (int, error) {
	n, err := p.file.Read(b)
	if errors.Is(err, os.ErrDeadlineExceeded) && p.late < strayBytes {
		_ = p.file.SetReadDeadline(time.Now().Add(stray))
		n, err = p.file.Read(b)
		p.late += n
	}
	return n, err
}

func byLine(say func(string)) func(io.Reader) {
	if say == nil {
		return nil
	}
	return func(r io.Reader) { lines(r, say) }
}

// pieces hands over what comes, as it comes, until r ends or fails.
func pieces(r io.Reader, take func([]byte)) {
	buf := make([]byte, 4<<10)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			take(buf[:n])
		}
		if err != nil {
			return
		}
	}
}

// lines hands each line of r to say, the last one also without an end, until r ends or fails.
func lines(r io.Reader, say func(string)) {
	buf := bufio.NewReaderSize(r, MaxLine)
	cut := false // the line goes on, but nobody wants more of it
	for {
		part, err := buf.ReadSlice('\n')
		if len(part) > 0 && !cut {
			line := strings.TrimSuffix(strings.TrimSuffix(string(part), "\n"), "\r")
			say(strings.ToValidUTF8(line, "�"))
		}
		cut = errors.Is(err, bufio.ErrBufferFull)
		if err != nil && !cut {
			return
		}
	}
}
