package env

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"readme/cli/release"
)

// atOnce is how many programs of references run at the same time.
const atOnce = 4

// Unsettled is the cause of a fault about variables that somebody gave a value, which cannot be known: of a reference that led
// nowhere, or where two sources differ. They are not missing.
type Unsettled struct {
	Variables []string
	Err       error
}

func (u *Unsettled) Error() string { return u.Err.Error() }

// Unwrap gives what went wrong.
func (u *Unsettled) Unwrap() error { return u.Err }

// mention is a reference that stands somewhere for the value of a variable.
type mention struct {
	variable string
	text     string // as it stands there
	ref      Reference
	at       release.Place
}

// opened is what the programs printed, by the text of their reference.
type opened map[string]result

type result struct {
	value release.Secret
	err   error
}

// resolve runs the program of each distinct reference once. The first one of each program goes ahead of its others: a person is
// asked once to unlock the store, and a program that is not there is looked for once.
func resolve(ctx context.Context, mentions []mention, open Open) opened {
	var first, rest []mention
	seen, programs := map[string]bool{}, map[string]string{} // of a program, the text that goes ahead
	for _, m := range mentions {
		switch _, known := programs[m.ref.Argv[0]]; {
		case seen[m.text]:
			continue
		case known:
			rest = append(rest, m)
		default:
			programs[m.ref.Argv[0]] = m.text
			first = append(first, m)
		}
		seen[m.text] = true
	}
	out := opened{}
	gather(ctx, first, open, out)
	rest = slices.DeleteFunc(rest, func(m mention) bool {
		ahead := out[programs[m.ref.Argv[0]]]
		if errors.Is(ahead.err, ErrUnusable) {
			out[m.text] = ahead
			return true
		}
		return false
	})
	gather(ctx, rest, open, out)
	return out
}

// gather opens references, a few at a time.
func gather(ctx context.Context, mentions []mention, open Open, out opened) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	gate := make(chan struct{}, atOnce)
	for _, m := range mentions {
		gate <- struct{}{}
		wg.Go(func() {
			defer func() { <-gate }()
			value, err := open(ctx, m.ref)
			if err == nil && value.Empty() {
				err = errors.New(m.ref.Program() + " printed nothing")
			}
			mu.Lock()
			defer mu.Unlock()
			out[m.text] = result{value, err}
		})
	}
	wg.Wait()
}

// faults tells of the references that gave no value; what has failed for one reason is told once.
func (o opened) faults(mentions []mention) release.Faults {
	var out release.Faults
	by := map[string]*Unsettled{}
	for _, m := range mentions {
		err := o[m.text].err
		if err == nil {
			continue
		}
		f := asFault(m, err)
		key := fmt.Sprintf("%q", []any{f.Title, f.Detail, f.Try, f.Evidence})
		if u, told := by[key]; told {
			if !slices.Contains(u.Variables, m.variable) {
				u.Variables = append(u.Variables, m.variable)
			}
			continue
		}
		by[key] = &Unsettled{Variables: []string{m.variable}, Err: err}
		f.Cause = by[key]
		out = append(out, f)
	}
	for _, f := range out {
		if u, ok := errors.AsType[*Unsettled](f.Cause); ok {
			f.Title = enumerate(u.Variables) + " could not be read: " + f.Title
		}
	}
	return out
}

// asFault is what is told of a failure, at the line where the reference stands.
func asFault(m mention, err error) *release.Fault {
	out := release.Fault{Title: err.Error(), Try: "readme-ops doctor"}
	if f, ok := errors.AsType[*release.Fault](err); ok {
		out = *f
	}
	out.Where, out.Exit = &m.at, release.ExitDrift
	return &out
}

// enumerate names a few, and counts the rest.
func enumerate(names []string) string {
	const most = 3
	switch n := len(names); {
	case n == 1:
		return names[0]
	case n <= most:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	default:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), n-most)
	}
}
