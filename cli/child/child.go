package child

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

//go:embed gate.sh
var gateScript string

//go:embed guard.sh
var guardScript string

// shell exists on every system that we run on.
const shell = "/bin/sh"

// drainDefault is used when a Command has no Drain.
const drainDefault = 10 * time.Second

// Command is one process to start. The zero value of every field but Argv and Env is useful.
type Command struct {
	Name string   // for messages; Argv[0] if empty
	Argv []string // Argv[0] without a slash is looked up in the PATH of Env
	Dir  string
	// Env is exactly what the child gets: NAME=value with names that are identifiers. PWD, OLDPWD, SHLVL and _ are
	// not passed on, because the shell in between would set them.
	Env    []string
	User   *User          // who runs it; nil: we ourselves
	Signal syscall.Signal // what asks the group to stop; 0: SIGTERM
	Drain  time.Duration  // between that signal and KILL; 0: 10 s

	// Stdout and Stderr get each line, without its end, and cut at MaxLine bytes; each is called from one goroutine.
	// Without Stderr, what it would get goes to Stdout, in the order in which it was written; without both, nowhere.
	Stdout, Stderr func(line string)
	// Output gets standard output in the place of Stdout, byte for byte and in pieces that are its own only until it returns.
	Output func(piece []byte)

	// Remove is a folder that the guard deletes after the group is gone, if we died. If we live, it is ours to delete.
	Remove string
	// Hold is a lock that the guard keeps open until the group is gone, so that it outlasts us for exactly as long.
	Hold *os.File
}

// User is who a child runs as. Only root can choose.
type User struct{ UID, GID uint32 }

// Child is a started process and its group.
type Child struct {
	name   string
	cmd    *exec.Cmd
	guard  *exec.Cmd
	death  *os.File // the end of the guard's pipe that only we hold
	signal syscall.Signal
	drain  time.Duration
	out    *outputs

	stop     chan struct{} // closed: ask it to stop
	kill     chan struct{} // closed: do not wait for the drain time
	stopOnce sync.Once
	killOnce sync.Once
	done     chan struct{}
	exit     int
}

// Start starts the command behind its guard. A program that does not exist is an error that errors.Is exec.ErrNotFound
// or fs.ErrNotExist; one that cannot be executed for another reason exits with 126 or 127, as in a shell.
func Start(c Command) (*Child, error) {
	c, err := prepare(c)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Name, err)
	}
	out, err := newOutputs(c)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Name, err)
	}
	k := &Child{
		name: c.Name, signal: c.Signal, drain: c.Drain, out: out,
		stop: make(chan struct{}), kill: make(chan struct{}), done: make(chan struct{}),
	}
	if err := k.start(c); err != nil {
		out.close()
		return nil, fmt.Errorf("start %s: %w", c.Name, err)
	}
	go k.supervise()
	return k, nil
}

// prepare checks the command and fills in its defaults.
func prepare(c Command) (Command, error) {
	if len(c.Argv) == 0 {
		return c, errors.New("no command")
	}
	if c.Name == "" {
		c.Name = c.Argv[0]
	}
	if c.Signal == 0 {
		c.Signal = syscall.SIGTERM
	}
	if c.Drain <= 0 {
		c.Drain = drainDefault
	}
	path := ""
	for _, kv := range c.Env {
		name, value, _ := strings.Cut(kv, "=")
		if !Identifier(name) {
			return c, fmt.Errorf("variable %q: not a name of letters, digits and underscores", name)
		}
		if name == "PATH" {
			path = value
		}
	}
	if c.Dir != "" {
		if info, err := os.Stat(c.Dir); err != nil {
			return c, err
		} else if !info.IsDir() {
			return c, fmt.Errorf("%s is no folder", c.Dir)
		}
	}
	program, err := LookPath(path, c.Argv[0], c.Dir)
	if err != nil {
		return c, err
	}
	c.Argv = append([]string{program}, c.Argv[1:]...)
	return c, nil
}

// start brings up the gate, then its guard, and only then opens the gate: at no moment is there a child without a guard.
func (k *Child) start(c Command) error {
	gateRead, gateWrite, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _ = gateRead.Close() }()
	defer func() { _ = gateWrite.Close() }()

	k.cmd = &exec.Cmd{
		Path: shell, Args: append([]string{shell, "-c", gateScript, c.Name}, c.Argv...),
		Dir: c.Dir, Env: c.Env, Stdout: k.out.stdout(), Stderr: k.out.stderr(), ExtraFiles: []*os.File{gateRead},
		SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	if k.cmd.Env == nil {
		k.cmd.Env = []string{} // nil would mean our own
	}
	if c.User != nil {
		k.cmd.SysProcAttr.Credential = &syscall.Credential{Uid: c.User.UID, Gid: c.User.GID}
	}
	if err := k.cmd.Start(); err != nil {
		// The kernel names the shell, but what is closed to that user is the folder, or the user is closed to us.
		return fmt.Errorf("in folder %q: %w", c.Dir, err)
	}
	k.out.started()
	k.guard, k.death, err = startGuard(k.cmd.Process.Pid, c)
	if err != nil {
		_ = gateWrite.Close()
		_ = k.cmd.Wait()
		return fmt.Errorf("its guard: %w", err)
	}
	// An error here means that the gate is gone already; supervise finds out why.
	_, _ = gateWrite.WriteString("go\n")
	return nil
}

// PID is the process id of the child, which is also the id of its group.
func (k *Child) PID() int { return k.cmd.Process.Pid }

// Done is closed when the child and everything of its group is gone, and all its output has been handed over.
func (k *Child) Done() <-chan struct{} { return k.done }

// Exit is the exit code after Done, or -1 when a signal ended it.
func (k *Child) Exit() int {
	<-k.done
	return k.exit
}

// Stop asks the group to stop, kills it after the drain time or as soon as ctx ends, and returns when all of it is gone.
// It may be called more than once.
func (k *Child) Stop(ctx context.Context) {
	k.stopOnce.Do(func() { close(k.stop) })
	select {
	case <-k.done:
	case <-ctx.Done():
		k.killOnce.Do(func() { close(k.kill) })
		<-k.done
	}
}

// Run starts the command and waits for its end. If ctx ends first, the group is stopped as Stop does and the error
// wraps the cause of ctx; a code other than 0 is no error.
func Run(ctx context.Context, c Command) (exit int, err error) {
	if err := context.Cause(ctx); err != nil {
		return -1, err
	}
	k, err := Start(c)
	if err != nil {
		return -1, err
	}
	select {
	case <-k.Done():
		return k.Exit(), nil
	case <-ctx.Done():
		k.Stop(context.WithoutCancel(ctx))
		return k.Exit(), fmt.Errorf("%s was stopped: %w", k.name, context.Cause(ctx))
	}
}
