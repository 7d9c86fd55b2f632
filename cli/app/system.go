package app

import (
	"io"
	"os"
	"os/signal"
	"os/user"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/term"
)

// System is everything that readme-ops takes from the process it runs in. Tests make their own.
type System struct {
	In      *os.File  // for questions and keys
	Out     io.Writer // results
	Err     io.Writer // everything else
	ErrFile *os.File  // Err, where the terminal view draws; nil if Err is no file
	Environ []string  // "NAME=value"
	Dir     string    // the working directory
	InTTY   bool
	OutTTY  bool
	ErrTTY  bool
	Signals <-chan os.Signal // SIGINT and SIGTERM
}

// FromProcess gives the real one. From then on SIGINT and SIGTERM are ours: the first stops a run, the second leaves.
func FromProcess() System {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	return System{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, ErrFile: os.Stderr,
		Environ: os.Environ(), Dir: dir,
		InTTY:   term.IsTerminal(int(os.Stdin.Fd())),
		OutTTY:  term.IsTerminal(int(os.Stdout.Fd())),
		ErrTTY:  term.IsTerminal(int(os.Stderr.Fd())),
		Signals: signals,
	}
}

// Lookup finds a variable of the environment. One that is set to "" counts as not set.
func (s System) Lookup(name string) (string, bool) {
	for _, kv := range s.Environ {
		if k, v, ok := strings.Cut(kv, "="); ok && k == name {
			return v, v != ""
		}
	}
	return "", false
}

// Get is Lookup for those who do not care.
func (s System) Get(name string) string {
	v, _ := s.Lookup(name)
	return v
}

// onGitHub reports whether a runner of GitHub Actions reads what is printed.
func (s System) onGitHub() bool { return s.Get("GITHUB_ACTIONS") == "true" }

// width is the terminal's, or 100 where there is none.
func (s System) width() int {
	if s.ErrFile != nil && s.ErrTTY {
		if w, _, err := term.GetSize(int(s.ErrFile.Fd())); err == nil && w > 20 {
			return w
		}
	}
	return 100
}

// outWidth is that of the results: a pipe gets lines of 100.
func (s System) outWidth() int {
	if f, ok := s.Out.(*os.File); ok && s.OutTTY {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 20 {
			return w
		}
	}
	return 100
}

// who names the person and the machine, for the record.
func (s System) who() string {
	name := "somebody"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	host, err := os.Hostname()
	if err != nil {
		return name
	}
	return name + "@" + host
}

// version is the module's own, with the commit that it was built from where the build knows it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	if v == "" || v == "(devel)" {
		v = "devel"
	}
	i := slices.IndexFunc(info.Settings, func(s debug.BuildSetting) bool { return s.Key == "vcs.revision" && len(s.Value) >= 7 })
	if i < 0 {
		return v
	}
	return v + " " + info.Settings[i].Value[:7]
}
