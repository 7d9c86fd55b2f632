package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v3"

	"readme/cli/release"
	"readme/cli/view"
)

// report is a file that says how the command has ended, for CI.
type report struct{ kind, path string }

func (a *app) reportFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "report", Usage: "`KIND=FILE`: write junit=FILE or summary=FILE (Markdown, appended) when the command ends, however it does", Destination: &a.reportFlags}
}

// readyReports reads --report, and tries whether the files can be written: after a release it is too late.
func (a *app) readyReports() error {
	for _, flag := range a.reportFlags {
		kind, path, ok := strings.Cut(flag, "=")
		if !ok || path == "" || (kind != "junit" && kind != "summary") {
			return usage(fmt.Sprintf("there is no --report %s, only junit=FILE and summary=FILE", flag), a.again("--report", "junit=report.xml"))
		}
		r := report{kind, path}
		if !filepath.IsAbs(path) {
			r.path = filepath.Join(a.sys.Dir, path)
		}
		if err := r.try(); err != nil {
			return &release.Fault{
				Title: "the report " + path + " cannot be written", Detail: err.Error() + "; nothing was begun", Exit: release.ExitUsage,
				Try: "ls -ld " + release.ShellWord(filepath.Dir(r.path)), Cause: err,
			}
		}
		a.reports = append(a.reports, r)
	}
	return nil
}

// try makes the report's folder, and looks whether a file can be made or written there.
func (r report) try() error {
	if err := os.MkdirAll(filepath.Dir(r.path), 0o755); err != nil {
		return err
	}
	if info, err := os.Stat(r.path); err == nil && info.IsDir() {
		return errors.New("it is a folder")
	}
	if r.kind == "junit" && !r.special() {
		f, err := r.beside()
		if err != nil {
			return err
		}
		return errors.Join(f.Close(), os.Remove(f.Name()))
	}
	_, missing := os.Stat(r.path)
	f, err := os.OpenFile(r.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644) //nolint:gosec // other programs of the job read it
	if err != nil {
		return err
	}
	if errors.Is(missing, fs.ErrNotExist) {
		_ = os.Remove(r.path)
	}
	return f.Close()
}

// special reports whether the path is a pipe or a device, which is written as it is.
func (r report) special() bool {
	info, err := os.Stat(r.path)
	return err == nil && !info.Mode().IsRegular()
}

func (r report) beside() (*os.File, error) {
	return os.CreateTemp(filepath.Dir(r.path), "."+filepath.Base(r.path)+"-*")
}

// writeReports writes how the command has ended. One that cannot be written changes no exit code: the release is what it is.
func (a *app) writeReports(o view.Outcome) {
	for _, r := range a.reports {
		var err error
		switch r.kind {
		case "junit":
			err = r.replace([]byte(a.veil.text(string(view.JUnit(o)))))
		case "summary":
			err = r.add(func(limit int) string { return a.veil.text(string(view.Summary(o, limit))) }, r.path == a.sys.Get("GITHUB_STEP_SUMMARY"))
		}
		if err != nil {
			f := &release.Fault{Title: fmt.Sprintf("the report %s=%s could not be written, everything else is as it says above", r.kind, r.path), Detail: err.Error()}
			_, _ = fmt.Fprint(a.sys.Err, view.Fault(*f, a.style()))
			a.annotate("warning", f)
		}
	}
}

// replace puts the report in the place of an older one, whole or not at all.
func (r report) replace(raw []byte) (err error) {
	if r.special() {
		return os.WriteFile(r.path, raw, 0o644)
	}
	f, err := r.beside()
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(raw)
	if err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), r.path)
}

// add appends the report to what others have written, as long as GitHub takes it: of a step's summary 1 MiB, of what may become
// a comment 65,536 characters.
func (r report) add(text func(limit int) string, step bool) (err error) {
	limit := view.CommentLimit
	if step {
		limit = view.SummaryLimit
	}
	f, err := os.OpenFile(r.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644) //nolint:gosec // other programs of the job read it
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	gap := ""
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Size() > 0 {
		gap = "\n"
		limit -= int(min(info.Size(), int64(limit))) + len(gap)
	}
	const least = 400 // what is shorter says nothing
	for room := limit; room >= least; room -= room / 8 {
		// The masks make some texts longer than what they hide.
		if all := text(room); len(all) <= limit {
			_, err = f.WriteString(gap + all)
			return err
		}
	}
	return fmt.Errorf("it holds so much that GitHub would take no more (%d bytes at most)", limit)
}
