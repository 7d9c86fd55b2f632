package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// envSpeed is what reading the variables' files and the code that reads them costs.
func envSpeed(ops, dir string) error {
	if err := benchmark("scanner of .env files: 1,000 variables, beside godotenv (MB/s)", "./cli/env", "Scan", "300x"); err != nil {
		return err
	}
	fmt.Printf("\nenv check: whole processes, %d runs in turn, median (fastest to slowest), beside one grep for os.Getenv and the like\n", runs)
	for _, t := range []tree{
		{variables: 250, services: 13, files: 500, given: 4},
		{variables: 500, services: 25, files: 1000, given: 4},
		{variables: 1000, services: 50, files: 2000, given: 4},
		{variables: 1000, services: 50, files: 2000, given: 50},
	} {
		t.dir = filepath.Join(dir, fmt.Sprintf("tree-%d-%d", t.files, t.given))
		if err := envCheck(ops, t); err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
	}
	return nil
}

// envCheck measures one tree, which env fix has made clean.
func envCheck(ops string, t tree) error {
	if err := t.write(); err != nil {
		return err
	}
	for _, argv := range [][]string{{"git", "init", "-q"}, {ops, "env", "fix"}} {
		if _, _, err := runIn(t.dir, argv); err != nil {
			return err
		}
	}
	ways := map[string][]string{
		"env check": {ops, "env", "check"},
		"grep":      {"grep", "-rnE", `os\.(Getenv|LookupEnv|getenv|environ)|process\.env`, "--include=*.go", "--include=*.ts", "--include=*.py", "."},
	}
	times, busy := map[string][]time.Duration{}, map[string][]time.Duration{}
	for range runs {
		for name, argv := range ways {
			took, cpu, err := runIn(t.dir, argv)
			if err != nil {
				return err
			}
			times[name], busy[name] = append(times[name], took), append(busy[name], cpu)
		}
	}
	fmt.Println("  " + t.String())
	for _, name := range []string{"env check", "grep"} {
		slices.Sort(times[name])
		slices.Sort(busy[name])
		fmt.Printf("    %-12s %8s (%s to %s), of the processors %s\n", name, ms(times[name][runs/2]), ms(times[name][0]), ms(times[name][runs-1]), ms(busy[name][runs/2]))
	}
	return os.RemoveAll(t.dir)
}

// runIn runs a program, and tells how long it took, and how long processors were busy with it.
func runIn(dir string, argv []string) (took, busy time.Duration, err error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = dir
	began := time.Now()
	out, err := cmd.CombinedOutput()
	took = time.Since(began)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return 0, 0, fmt.Errorf("%v: exit %d\n%.2000s", argv, exit.ExitCode(), out)
	}
	if err != nil {
		return 0, 0, err
	}
	return took, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
}
