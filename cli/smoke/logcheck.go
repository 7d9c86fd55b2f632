package smoke

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
)

// logCheck waits for one line of a log.
type logCheck struct {
	service  string
	contains []string // resolved
	env      Env

	late    *sqlCheck // nil: a line that does not show up is a failure
	because string    // what late has found, where it does not help
}

func newLogCheck(l Log, env Env) (*logCheck, error) {
	if env.Logs == nil {
		return nil, errors.New("nobody can read logs here")
	}
	k := &logCheck{service: l.Service, env: env}
	for _, text := range l.Contains {
		want, err := Expand(text, env.lookup)
		if err != nil {
			return nil, err
		}
		k.contains = append(k.contains, want)
	}
	if len(k.contains) == 0 {
		return nil, errors.New("it does not say what the line contains")
	}
	if l.LateIf == nil {
		return k, nil
	}
	strict, odd := env, ""
	strict.Lookup = func(name string) (string, bool) {
		v, ok := env.lookup(name)
		if ok && !plainValue.MatchString(v) {
			odd = name
		}
		return v, ok
	}
	late, err := newSQLCheck(*l.LateIf, strict)
	switch {
	case err != nil:
		return nil, err
	case odd != "":
		k.because = "the database was not asked: the value of ${" + odd + "} has characters that do not belong into a query"
	default:
		k.late = late
	}
	return k, nil
}

// plainValue is what may stand in the query of late_if: it comes from an answer of the product that is on trial.
var plainValue = regexp.MustCompile(`^[A-Za-z0-9_.:@-]{1,200}$`)

// excuse asks the database, once the time is over, whether what the line would tell has happened all the same.
func (k *logCheck) excuse(ctx context.Context, took time.Duration) (saw string, ok bool) {
	if k.late == nil {
		return "", false
	}
	ctx, cancel := context.WithTimeout(ctx, 2*lastLook)
	defer cancel()
	o := k.late.attempt(ctx)
	switch {
	case o.ok:
		return fmt.Sprintf("logs late: %s has not logged it within %s, and the database says %s", k.service, release.Took(took.Milliseconds()), o.saw), true
	case o.err != nil:
		k.because = "the database could not be asked: " + o.err.Error()
	default:
		k.because = fmt.Sprintf("the database does not say %s either, but %s", k.late.equal, o.saw)
	}
	return "", false
}

func (k *logCheck) attempt(ctx context.Context) outcome {
	lines, err := k.env.Logs(ctx, k.service, k.env.Began, k.contains[0])
	if err != nil {
		return outcome{err: fmt.Errorf("read the log of %s: %w", k.service, err), saw: "no log"}
	}
	for _, line := range lines {
		if k.matches(line) {
			return outcome{ok: true, saw: line.Text}
		}
	}
	saw := fmt.Sprintf("%d lines", len(lines))
	if len(lines) == 1 {
		saw = "1 line"
	}
	return outcome{
		saw: saw, headline: k.service + " never logged what is expected",
		misses: []miss{{"log of " + k.service, k.wanted(), saw + ", none such"}},
	}
}

func (k *logCheck) wanted() string {
	return "a line with <" + strings.Join(k.contains, "> and <") + ">"
}

// matches looks in the message and in the attributes: a host that understands JSON lines has taken them apart.
func (k *logCheck) matches(line provider.LogLine) bool {
	for _, want := range k.contains {
		found := strings.Contains(line.Text, want)
		for name, v := range line.Attributes {
			found = found || strings.Contains(v, want) || strings.Contains(name+"="+v, want)
		}
		if !found {
			return false
		}
	}
	return true
}

// explain adds the last lines that the service wrote, whatever they say.
func (k *logCheck) explain(ctx context.Context, f *release.Fault, _ outcome) {
	f.Try = "readme-ops logs " + k.service + k.env.flag()
	ctx, cancel := context.WithTimeout(ctx, lastLook)
	defer cancel()
	lines, err := k.env.Logs(ctx, k.service, k.env.Began, "")
	m := newMasker(k.env.Secrets)
	if k.because != "" {
		f.Evidence = append(f.Evidence, release.Evidence{Label: "late_if", Lines: []string{plainLine(m.mask(k.because))}})
	}
	label := "the last lines of " + k.service
	switch {
	case err != nil:
		f.Evidence = append(f.Evidence, release.Evidence{Label: label, Lines: []string{"cannot be read: " + plainLine(m.mask(err.Error()))}})
	case len(lines) == 0:
		f.Evidence = append(f.Evidence, release.Evidence{Label: label, Lines: []string{"none since " + k.env.Began.UTC().Format("15:04:05 UTC")}})
	default:
		const most = 10
		var texts []string
		for _, line := range lines[max(0, len(lines)-most):] {
			texts = append(texts, line.At.UTC().Format(time.TimeOnly)+" "+plainLine(m.mask(lineText(line))))
		}
		f.Evidence = append(f.Evidence, release.Evidence{Label: label, Lines: texts})
	}
}

func lineText(line provider.LogLine) string {
	if line.Severity == "" {
		return line.Text
	}
	return line.Severity + " " + line.Text
}
