package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"readme/cli/child"
	"readme/cli/release"
)

const (
	// startDeadline leaves room for the recovery after a crash.
	startDeadline = 2 * time.Minute
	// draws is how often another port is drawn when somebody was faster.
	draws = 5
)

// launch starts the server on the cluster that exists, and waits until it is ready.
func (s *Server) launch(ctx context.Context, o Options, h *home, bin Build) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startDeadline, fmt.Errorf("it was not ready after %s", startDeadline))
	defer cancel()
	if err := h.clearStale(ctx); err != nil {
		return err
	}
	for try := 1; ; try++ {
		s.port = o.Port
		if s.port == 0 {
			port, err := freePort(ctx)
			if err != nil {
				return err
			}
			s.port = port
		}
		out, err := s.run(ctx, o, h, bin)
		if err == nil {
			return nil
		}
		taken := out.contains("could not bind") || out.contains("Address already in use")
		if taken && o.Port == 0 && try < draws {
			continue
		}
		if taken {
			err = fmt.Errorf("start Postgres on port %d: %w", s.port, ErrPortTaken)
		}
		return &release.Fault{
			Title: "Postgres did not start", Detail: err.Error(), Try: "readme-ops doctor",
			Evidence: []release.Evidence{{Label: "the last lines of its log", Lines: out.lines()}},
			Exit:     release.ExitStepFailed, Cause: err,
		}
	}
}

// run starts one server process and waits until it is ready or gone.
func (s *Server) run(ctx context.Context, o Options, h *home, bin Build) (*tail, error) {
	settings := []string{
		"listen_addresses=127.0.0.1", "port=" + strconv.Itoa(s.port), "unix_socket_directories=",
		"max_connections=50", "timezone=UTC", "log_timezone=UTC",
	}
	if o.Ephemeral {
		// mmap: what a killed server leaves of its shared memory then goes with the folder.
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off", "dynamic_shared_memory_type=mmap")
	}
	argv := []string{filepath.Join(bin.Dir, "postgres"), "-D", h.data()}
	for _, kv := range settings {
		argv = append(argv, "-c", kv)
	}
	out := &tail{}
	command := h.command("postgres", argv...)
	command.Stdout, command.Hold = out.add, h.lock
	if o.Ephemeral {
		command.Remove = o.Dir
	}
	k, err := child.Start(command)
	if err != nil {
		return out, err
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-k.Done():
			return out, fmt.Errorf("it ended with exit code %d", k.Exit())
		case <-ctx.Done():
			k.Stop(context.WithoutCancel(ctx))
			return out, context.Cause(ctx)
		case <-tick.C:
			if ready(ctx, h.data(), k.PID(), s.port) {
				s.child = k
				return out, nil
			}
		}
	}
}

// ready reads postmaster.pid as pg_ctl does: line 1 is the process, 4 the port, 8 the state.
func ready(ctx context.Context, data string, pid, port int) bool {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return false
	}
	line := strings.Split(string(text), "\n")
	if len(line) < 8 || line[0] != strconv.Itoa(pid) || line[3] != strconv.Itoa(port) || strings.TrimSpace(line[7]) != "ready" {
		return false
	}
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", "127.0.0.1:"+line[3])
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

// freePort asks the system for a port that nobody uses now.
func freePort(ctx context.Context) (int, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer func() { _ = l.Close() }()
	addr, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return 0, errors.New("find a free port: no TCP address")
	}
	return addr.Port, nil
}

// clearStale deals with the postmaster.pid that a kill leaves. We hold the lock, so nobody else uses the cluster: a
// server that still runs lost its guard and is stopped; a number that now is somebody else's, or a zombie's, would
// keep Postgres from starting.
func (h *home) clearStale(ctx context.Context) error {
	file := filepath.Join(h.data(), "postmaster.pid")
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read postmaster.pid: %w", err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err == nil && pid > 1 && h.servesCluster(ctx, pid) {
		if err := syscall.Kill(pid, syscall.SIGINT); err != nil {
			return fmt.Errorf("stop the Postgres of an earlier run: %w", err)
		}
		for h.servesCluster(ctx, pid) {
			select {
			case <-ctx.Done():
				return fmt.Errorf("stop the Postgres of an earlier run (process %d): %w", pid, context.Cause(ctx))
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove a stale postmaster.pid: %w", err)
	}
	return nil
}

// servesCluster asks ps whether the process is a Postgres on our data. Without ps it is taken for one if it runs.
func (h *home) servesCluster(ctx context.Context, pid int) bool {
	out := &tail{}
	_, err := child.Run(ctx, child.Command{
		Argv: []string{"ps", "-ww", "-o", "stat=,args=", "-p", strconv.Itoa(pid)}, Env: []string{"PATH=/usr/bin:/bin"}, Stdout: out.add,
	})
	if err != nil {
		return syscall.Kill(pid, 0) == nil
	}
	return out.contains("postgres") && out.contains(h.data()) && !strings.HasPrefix(strings.Join(out.lines(), ""), "Z")
}
