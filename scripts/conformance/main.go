// Command conformance lets the vendors' own tools judge the emulators of the box: each suite installs one tool from
// the npm registry, opens an emulator, drives it through the flows that matter, and looks at the emulator itself for
// what came of them, not only at the tool's exit code.
//
//	go run ./scripts/conformance [vercel|supabase]...
//
// Without a name it runs all. It exits 1 when one flow fails, and needs Node.js with npm.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// whole is the limit of everything, the first installation included.
const whole = 10 * time.Minute

// suite is one vendor's tool and its flows. Its package.json and lockfile lie in the folder of its name.
type suite struct {
	name string
	// run drives the flows. Its error means that it could not even begin, or go on.
	run func(ctx context.Context, b *bench) error
}

// suites is all of them, in the order in which they run.
func suites() []suite {
	return []suite{
		{"vercel", vercelCLI},
		{"supabase", supabaseJS},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithTimeoutCause(ctx, whole, fmt.Errorf("not over after %s", whole))
	ok, err := conform(ctx, os.Args[1:])
	cancel()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// conform installs what the chosen suites need, and runs them where nothing but loopback can be reached.
func conform(ctx context.Context, args []string) (ok bool, err error) {
	inside := len(args) > 0 && args[0] == sealedFlag
	if inside {
		args = args[1:]
	}
	chosen, err := choose(args)
	if err != nil {
		return false, err
	}
	for _, s := range chosen {
		if _, err := modules(ctx, s.name); err != nil {
			return false, err
		}
	}
	if !inside && canSeal(ctx) {
		return true, seal(ctx, args)
	}
	if !inside {
		fmt.Println("(this machine gives no network namespace: the tools could reach the network)")
	}
	ok = true
	for _, s := range chosen {
		passed, err := runSuite(ctx, s)
		if err != nil {
			return false, fmt.Errorf("%s: %w", s.name, err)
		}
		ok = ok && passed
	}
	return ok, nil
}

func choose(names []string) ([]suite, error) {
	all := suites()
	if len(names) == 0 {
		return all, nil
	}
	var chosen []suite
	for _, name := range names {
		i := slices.IndexFunc(all, func(s suite) bool { return s.name == name })
		if i < 0 {
			var known []string
			for _, s := range all {
				known = append(known, s.name)
			}
			return nil, fmt.Errorf("no suite is called %q; there is %s", name, strings.Join(known, ", "))
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}
