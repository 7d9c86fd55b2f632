package box

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"readme/cli/release"
)

// Shared is the command of a holder that others may join.
const Shared = "box up"

// Holder says who holds a lock.
type Holder struct {
	PID     int       `json:"pid"`
	Command string    `json:"command"` // "box up", "release"
	Since   time.Time `json:"since"`
}

func (h Holder) String() string {
	return fmt.Sprintf("%s (process %d, since %s)", h.Command, h.PID, h.Since.Local().Format("15:04:05"))
}

// lock is a flock: it falls with the process that holds it, however that dies.
type lock struct{ file *os.File }

var errHeld = errors.New("the lock is held")

// takeLock takes the lock of that name, or returns errHeld and who holds it.
func takeLock(dir, name, command string) (*lock, Holder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, Holder{}, err
	}
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, Holder{}, err
	}
	// Who looks at a lock shares it for a moment, and must not be taken for a holder.
	const looks, moment = 10, 5 * time.Millisecond
	for try := 1; ; try++ {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			break
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			_ = f.Close()
			return nil, Holder{}, fmt.Errorf("lock %s: %w", f.Name(), err)
		}
		if try == looks {
			h := readHolder(f)
			_ = f.Close()
			return nil, h, errHeld
		}
		time.Sleep(moment)
	}
	l := &lock{f}
	if err := l.name(command); err != nil {
		l.release()
		return nil, Holder{}, err
	}
	return l, Holder{}, nil
}

// readHolder reads who holds the lock. One that has not yet written its name is still a holder.
func readHolder(f *os.File) Holder {
	var h Holder
	_ = json.NewDecoder(f).Decode(&h)
	return h
}

// name writes who holds it.
func (l *lock) name(command string) error {
	raw, err := json.Marshal(Holder{PID: os.Getpid(), Command: command, Since: time.Now()})
	if err != nil {
		return err
	}
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err = l.file.WriteAt(raw, 0)
	return err
}

func (l *lock) release() { _ = l.file.Close() }

// held reports who holds the lock of that name; nil if nobody does. It changes nothing, and does not get into the way
// of others who look.
func held(dir, name string) *Holder {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	if !errors.Is(syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB), syscall.EWOULDBLOCK) {
		return nil
	}
	h := readHolder(f)
	return &h
}

func lockedFault(what string, h Holder) error {
	f := &release.Fault{
		Title:  what,
		Detail: "held by " + h.String() + "; it goes on by itself, so wait for its end",
		Try:    "readme-ops history",
		Exit:   release.ExitLocked,
	}
	if h.Command == Shared {
		f.Detail, f.Try = "held by "+h.String()+", which releases can join", "readme-ops box down"
	}
	return f
}

// Key names what belongs to a project's box outside of its folder: the first digits of the folder's hash.
func Key(project string) string {
	if abs, err := filepath.Abs(project); err == nil {
		project = abs
	}
	sum := sha256.Sum256([]byte(project))
	return hex.EncodeToString(sum[:6])
}
