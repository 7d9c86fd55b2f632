package smoke

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"readme/cli/release"
)

// outcome is what one attempt has found.
type outcome struct {
	ok       bool
	saw      string // in a word or two: "200 OK", "3 lines"
	headline string // what to say if it stays so; "" tells the first miss
	misses   []miss
	err      error // nothing could be judged
	errText  string
	final    bool          // another attempt would not help, or must not be made
	wait     time.Duration // before another attempt, if it must be longer than usual
	captures map[string]string
	fault    *release.Fault // set where the cause is known better than the misses tell
	answer   *answer
}

// checker makes attempts at one check. It is used by one goroutine.
type checker interface {
	attempt(ctx context.Context) outcome
	// explain adds to a fault what is particular to the kind of check.
	explain(ctx context.Context, f *release.Fault, last outcome)
}

// excuser is a checker that may know, when its time is over, why a check that has not passed has not failed either.
type excuser interface {
	excuse(ctx context.Context, took time.Duration) (saw string, ok bool)
}

// Run repeats a check until it passes or its time is over. Its error is a *release.Fault, masked, or the context's
// cause. A request that is no reading and no DELETE or PUT is sent again only if it did not arrive, or if the host
// turned it away (429, 502, 503, 504): one that was answered has had its effect.
func Run(ctx context.Context, c Check, env Env) (Result, error) {
	m := newMasker(env.Secrets)
	k, err := newChecker(c, env)
	if err != nil {
		return Result{}, m.fault(unbuilt(c, env, err))
	}
	within := c.Within
	if within == 0 {
		within = defaultWithin
	}
	result, last, err := repeat(ctx, k, within, m, env)
	if err != nil || last.ok {
		return result, err
	}
	if e, ok := k.(excuser); ok {
		if saw, ok := e.excuse(ctx, result.Took); ok {
			result.Saw = m.mask(saw)
			return result, nil
		}
		if ctx.Err() != nil {
			return result, context.Cause(ctx)
		}
	}
	return result, m.fault(failed(ctx, c, env, k, result, last))
}

func newChecker(c Check, env Env) (checker, error) {
	switch {
	case c.HTTP != nil:
		return newHTTPCheck(c, env)
	case c.Log != nil:
		return newLogCheck(*c.Log, env)
	case c.SQL != nil:
		return newSQLCheck(*c.SQL, env)
	}
	return nil, errors.New("it has no http, log or sql")
}

// repeat makes attempts until one passes, one is final, or the time is over. The error is the context's cause.
func repeat(ctx context.Context, k checker, within time.Duration, m masker, env Env) (Result, outcome, error) {
	began := time.Now()
	limit, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	var result Result
	var last outcome
	for wait := firstWait; ; wait = min(2*wait, longestWait) {
		start := time.Now()
		o := k.attempt(limit).shown(m)
		result.Attempts++
		result.Took = time.Since(began)
		tell(env, result.Attempts, time.Since(start), o)
		if o.ok {
			result.Captures, result.Saw = o.captures, o.saw
			return result, o, nil
		}
		if ctx.Err() != nil {
			return result, o, context.Cause(ctx)
		}
		// An attempt that the end of the time has cut short says less than the one before it.
		if limit.Err() == nil || result.Attempts == 1 || o.answer != nil {
			last = o
		}
		if o.final {
			return result, last, nil
		}
		if pause(limit, max(wait, o.wait)) != nil {
			result.Took = time.Since(began)
			if ctx.Err() != nil {
				return result, last, context.Cause(ctx)
			}
			return result, last, nil
		}
	}
}

// pause waits for d, or until ctx is over.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// longestShown is how much of a value is shown, in characters.
const longestShown = 200

// shown is the outcome as it may be shown: first masked, then cut, for half a secret would not be found any more.
func (o outcome) shown(m masker) outcome {
	show := func(text string) string { return shorten(plainLine(m.mask(text)), longestShown) }
	if o.err != nil {
		o.errText = show(o.err.Error())
	}
	o.saw = show(o.saw)
	misses := make([]miss, len(o.misses))
	for i, miss := range o.misses {
		misses[i].what, misses[i].expected, misses[i].actual = show(miss.what), show(miss.expected), show(miss.actual)
	}
	o.misses = misses
	return o
}

func tell(env Env, attempt int, took time.Duration, o outcome) {
	if env.Attempt == nil {
		return
	}
	r := release.CheckResult{Attempt: attempt, OK: o.ok, TookMS: took.Milliseconds(), Saw: o.saw}
	switch {
	case o.ok:
	case o.err != nil:
		r.Expected, r.Actual = "an answer", o.errText
	case o.fault != nil:
		r.Expected, r.Actual = "a pass", newMasker(env.Secrets).mask(o.fault.Title)
	case len(o.misses) > 0:
		r.Expected, r.Actual = o.misses[0].what+" "+o.misses[0].expected, o.misses[0].actual
	}
	env.Attempt(r)
}

// unbuilt is about a check that could not even be tried.
func unbuilt(c Check, env Env, err error) *release.Fault {
	return &release.Fault{
		Title: c.Name + ": the check cannot be run", Detail: err.Error(),
		Try: "readme-ops plan" + env.flag(), Exit: release.ExitSmokeFailed, Cause: err,
	}
}

// failed tells the last attempt of a check that did not pass.
func failed(ctx context.Context, c Check, env Env, k checker, r Result, last outcome) *release.Fault {
	if last.fault != nil {
		f := *last.fault
		f.Title = c.Name + ": " + f.Title
		f.Exit = release.ExitSmokeFailed
		k.explain(ctx, &f, last)
		return &f
	}
	f := &release.Fault{
		Title: c.Name + ": " + headline(last), Cause: last.err,
		Detail: fmt.Sprintf("tried %s in %s", times(r.Attempts), release.Took(r.Took.Milliseconds())),
		Try:    "readme-ops smoke" + env.flag(), Exit: release.ExitSmokeFailed,
	}
	if len(last.misses) > 0 {
		var lines []string
		for _, m := range last.misses {
			lines = append(lines, m.what, "  actual:   "+m.actual, "  expected: "+m.expected)
		}
		f.Evidence = append(f.Evidence, release.Evidence{Label: "assert", Lines: lines})
	}
	k.explain(ctx, f, last)
	return f
}

func headline(o outcome) string {
	switch {
	case o.err != nil:
		return o.errText
	case o.headline != "":
		return o.headline
	case len(o.misses) == 0:
		return "it did not pass" // every attempt has a reason; this is for one that forgets to give it
	case o.misses[0].what == "body":
		return "the body is not what is expected"
	}
	first := o.misses[0]
	return fmt.Sprintf("%s is %s, expected %s", first.what, bare(first.actual), bare(first.expected))
}

// bare is a typed value without its type: 500 for number <500>.
func bare(text string) string {
	kind, rest, ok := strings.Cut(text, " <")
	inside, closed := strings.CutSuffix(rest, ">")
	if ok && closed && inside != "" && !strings.Contains(kind, " ") {
		return inside
	}
	return text
}

func plainLine(text string) string { return strings.Join(plainLines(text, 3), " ") }

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
