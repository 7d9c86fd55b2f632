// Command bench prints the speeds that the project cares about, each beside a peer that was measured in the same run.
// It judges nothing: read it. Peers that are not installed are built into the user's cache first.
//
//	go run ./scripts/bench [release | env]
//
// With release it measures whole releases alone, with env the checks of variables.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// The peers, at the versions that were compared.
const (
	goose     = "github.com/pressly/goose/v3/cmd/goose@v3.29.0"
	terraform = "github.com/hashicorp/terraform@v1.8.5" // the last that builds with go install
)

const runs = 11

func main() {
	if err := bench(strings.Join(os.Args[1:], " ")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func bench(only string) error {
	fmt.Printf("%s %s/%s, %d cores, %s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), time.Now().Format(time.DateOnly))
	dir, err := os.MkdirTemp("", "readme-ops-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ops := filepath.Join(dir, "readme-ops")
	if out, err := exec.Command("go", "build", "-o", ops, "./cli/readme-ops").CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	if only == "env" {
		return envSpeed(ops, dir)
	}
	if only != "release" {
		if err := errors.Join(engineCost(), envSpeed(ops, dir)); err != nil {
			return err
		}
		if err := commandTimes(ops); err != nil {
			return err
		}
	}
	fmt.Println("\na whole release of readme to a running box, beside the same as a script: median (fastest to slowest)")
	if err := wholeRelease(ops, dir); err != nil {
		fmt.Printf("  left out: %v\n", err)
	}
	return nil
}

func engineCost() error {
	if err := benchmark("engine: wall time over the critical path, 10 chains of 20 ms steps (1.00 is no overhead)", "./cli/engine", "Overhead", "3x"); err != nil {
		return err
	}
	return benchmark("ledger: one intent, median, in turn with a bare append with fsync and a bare insert of one row", "./cli/ledger", "Ledger", "300x")
}

func commandTimes(ops string) error {
	fmt.Printf("\ncommands: whole processes, %d runs in turn, median (fastest to slowest)\n", runs)
	commands := [][]string{{ops, "--version"}}
	for name, pkg := range map[string]string{"goose": goose, "terraform": terraform} {
		path, err := peer(name, pkg)
		if err != nil {
			fmt.Printf("  %s is left out: %v\n", name, err)
			continue
		}
		arg := "--version"
		if name == "terraform" {
			arg = "version"
		}
		commands = append(commands, []string{path, arg})
	}
	stop, err := boxUp(ops, ".")
	if err != nil {
		fmt.Printf("  plan is left out, the box does not come up: %v\n", err)
	} else {
		defer stop()
		commands = append(commands, []string{ops, "plan", "--env", "local"})
	}
	return race(commands)
}

// benchmark runs a benchmark of a package and prints what it measured.
func benchmark(title, pkg, name, times string) error {
	fmt.Println("\n" + title)
	out, err := exec.Command("go", "test", pkg, "-run", "^$", "-bench", name, "-benchtime", times).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "Benchmark") {
			fmt.Print("  ", line)
		}
	}
	return nil
}

// peer finds a program on PATH, in the user's cache, or builds it there.
func peer(name, pkg string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	bin := filepath.Join(cache, "readme-ops-bench")
	path := filepath.Join(bin, name)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	fmt.Printf("  building %s once\n", pkg)
	cmd := exec.Command("go", "install", pkg)
	cmd.Dir = os.TempDir()
	cmd.Env = append(os.Environ(), "GOBIN="+bin)
	if out, err := cmd.CombinedOutput(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		return "", fmt.Errorf("%w: %s", err, lines[len(lines)-1])
	}
	return path, nil
}

// boxUp keeps a box up for plan to look at.
func boxUp(ops, dir string) (func(), error) {
	cmd := exec.Command(ops, "box", "up")
	cmd.Dir = dir
	out, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop := func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}
	buf := make([]byte, 4096)
	var said string
	for !strings.Contains(said, "the box is up") {
		n, err := out.Read(buf)
		if err != nil {
			stop()
			return nil, fmt.Errorf("%s", strings.TrimSpace(said))
		}
		said += string(buf[:n])
	}
	return stop, nil
}

// race runs the commands in turn, so that a slow moment of the machine hits all of them alike.
func race(commands [][]string) error {
	times := make([][]time.Duration, len(commands))
	for round := range runs + 1 {
		for i, argv := range commands {
			cmd := exec.Command(argv[0], argv[1:]...)
			cmd.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1")
			began := time.Now()
			if out, err := cmd.CombinedOutput(); err != nil {
				return fmt.Errorf("%s: %w\n%s", strings.Join(argv, " "), err, out)
			}
			if round > 0 { // the first round warms up
				times[i] = append(times[i], time.Since(began))
			}
		}
	}
	for i, argv := range commands {
		slices.Sort(times[i])
		name := filepath.Base(argv[0]) + " " + strings.Join(argv[1:], " ")
		fmt.Printf("  %-30s %8s (%s to %s)\n", name, ms(times[i][runs/2]), ms(times[i][0]), ms(times[i][runs-1]))
	}
	return nil
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
