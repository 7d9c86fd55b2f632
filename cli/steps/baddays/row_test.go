package baddays_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"readme/cli/box/fault"
	"readme/cli/release"
)

// row is one bad day: a fault at a vendor while version 2 is released over version 1, and how that has to end.
type row struct {
	vendor string
	fault.Fault
	also        []row         // faults that come with it; only vendor and Fault count
	at          string        // when they begin: "" before the plan, "planned", a step's name, or "undo:" and a step's name
	later, gone time.Duration // how long after that they begin, and when all of them end; 0: not during the release
	kind        kind
	flaw        flaw      // what is wrong with version 2 itself
	new         bool      // nothing is there yet: the release makes it all, and "back" means nothing serves
	has         emptiness // what there is then, if not only the two projects
	changed     bool      // somebody has changed a variable of each vendor, so that version 2 comes with a write of them

	exit    int
	refused bool     // before anything moved
	says    []string // what a person has to be told
	truth   *truth   // where it is neither all of version 2 (exit 0) nor all of version 1; its bucket is not compared
	again   bool     // the vendor itself makes further deployments of version 2
	within  time.Duration
	why     string // why it may end otherwise than released, or put back
}

func (r row) name() string {
	parts := []string{r.vendor, r.Name}
	for _, more := range []string{r.Only, string(r.kind), r.at, string(r.flaw)} {
		if more != "" {
			parts = append(parts, more)
		}
	}
	if r.gone > 0 {
		parts = append(parts, "for "+r.gone.String())
	}
	if r.Times > 0 {
		parts = append(parts, fmt.Sprint(r.Times, "x"))
	}
	if r.new {
		parts = append(parts, "new")
	}
	if r.changed {
		parts = append(parts, "changed")
	}
	return strings.ReplaceAll(strings.Join(parts, "_"), "/", ".")
}

// usual is the longest that a release may take which no fault makes longer.
const usual = 6 * time.Minute

// try plays the rows, each in a world of its own.
func try(t *testing.T, rows []row) {
	t.Helper()
	for _, r := range rows {
		t.Run(r.name(), func(t *testing.T) {
			t.Parallel()
			in(t, r.kind, r.empty(), r.play)
		})
	}
}

func (r row) empty() emptiness {
	switch {
	case r.has != furnished:
		return r.has
	case r.new:
		return empty
	}
	return furnished
}

func (r row) play(w *world) {
	if !r.new {
		if o := w.release(1, "", func() {}); o.exit() != release.ExitDone {
			w.show(o)
			w.Fatalf("version 1 exits with %d", o.exit())
		}
		time.Sleep(time.Minute)
	}
	if r.changed {
		w.changeVariables()
	}
	w.runs = 1 // the release that is tried is run-2
	w.flaw = r.flaw
	on := func() {
		for _, f := range append([]row{r}, r.also...) {
			if err := w.boards()[f.vendor].Set(f.Fault); err != nil {
				w.Fatal(err)
			}
		}
	}
	o := w.release(2, r.at, r.when(w, on))
	w.clear()
	time.Sleep(10 * time.Minute) // what was late lands
	w.Logf("exit %d after %s", o.exit(), o.took)
	ok := r.judge(w, o) && r.told(w, o)
	if r.changed && o.exit() == release.ExitDone {
		ok = w.changedBack() && ok
	}
	if ok = r.real(w, o) && ok; !ok || testing.Verbose() {
		w.show(o)
	}
}

// when puts the beginning of the faults off, and ends them.
func (r row) when(w *world, on func()) func() {
	if r.gone == 0 {
		return on
	}
	return func() {
		time.AfterFunc(r.later, on)
		time.AfterFunc(r.later+r.gone, w.clear)
	}
}

// judge holds the verdict and its time against the row.
func (r row) judge(w *world, o *outcome) bool {
	within := r.within
	if within == 0 {
		within = usual
	}
	switch {
	case o.exit() != r.exit:
		w.Errorf("it exits with %d, want %d", o.exit(), r.exit)
	case (o.refused != nil) != r.refused:
		w.Errorf("refused before anything moved: %v, want %v", o.refused, r.refused)
	case o.took > within || o.took > usual && o.took < within-5*time.Minute:
		w.Errorf("it took %s, want about %s", o.took, within)
	default:
		return true
	}
	return false
}

// told looks at what a person gets to read.
func (r row) told(w *world, o *outcome) bool {
	ok, text := true, o.text()
	for _, s := range secrets() {
		if strings.Contains(text, s) {
			w.Errorf("the secret %s is in what is told", s)
			ok = false
		}
	}
	faults := text
	if o.state != nil && o.exit() != release.ExitDone {
		faults = ""
		for _, st := range o.state.Steps {
			faults += faultText(st.Fault) + faultText(st.Undo.Fault) + st.Undo.Kept
		}
	}
	for _, word := range r.says {
		if !strings.Contains(strings.ToLower(faults), strings.ToLower(word)) {
			w.Errorf("nobody is told of %q in %s", word, faults)
			ok = false
		}
	}
	return ok
}

func faultText(f *release.Fault) string {
	if f == nil {
		return ""
	}
	text := f.Title + " " + f.Detail + "\n"
	for _, e := range f.Evidence {
		text += strings.Join(e.Lines, "\n") + "\n"
	}
	return text
}

// real holds the verdict against what serves by now.
func (r row) real(w *world, o *outcome) bool {
	want := all("1")
	switch {
	case r.truth != nil:
		want = *r.truth
	case o.exit() == release.ExitDone:
		want = all("2")
	case r.new:
		want = all("0")
	}
	got := w.look()
	if r.new && o.exit() != release.ExitDone {
		want.bot = got.bot // a first agent stays, and is said to
	}
	if o.exit() != release.ExitDone { // what was made of the bucket stays, and is said to
		want.bucket = got.bucket
	}
	ok := got == want
	if !ok {
		w.Errorf("after exit %d there serve: %s\n\twant: %s", o.exit(), got, want)
	}
	if twice := w.twice(); len(twice) > 0 && !r.again {
		w.Errorf("deployed more than once: %v", twice)
		ok = false
	}
	if left := w.leftovers(); len(left) > 0 {
		w.Errorf("left behind: %v", left)
		ok = false
	}
	return ok
}
