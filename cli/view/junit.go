package view

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"time"

	"readme/cli/release"
)

// longestOutput is how much of a step's text goes into a report, in bytes: tools that read JUnit show it in a page.
const longestOutput = 64 << 10

type junitSuites struct {
	XMLName  xml.Name   `xml:"testsuites"`
	Name     string     `xml:"name,attr"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Errors   int        `xml:"errors,attr"`
	Skipped  int        `xml:"skipped,attr"`
	Time     string     `xml:"time,attr"`
	Suite    junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name      string      `xml:"name,attr"`
	Tests     int         `xml:"tests,attr"`
	Failures  int         `xml:"failures,attr"`
	Errors    int         `xml:"errors,attr"`
	Skipped   int         `xml:"skipped,attr"`
	Time      string      `xml:"time,attr"`
	Timestamp string      `xml:"timestamp,attr"`
	Cases     []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string    `xml:"classname,attr"`
	Name    string    `xml:"name,attr"`
	Time    string    `xml:"time,attr"`
	Failure *junitWhy `xml:"failure"`
	Error   *junitWhy `xml:"error"`
	Skipped *junitWhy `xml:"skipped"`
	Out     string    `xml:"system-out,omitempty"`
}

type junitWhy struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// JUnit writes an outcome as JUnit XML: a test case for each step, each check and each undo, and a last one for the whole, which
// fails unless everything succeeded. It is well-formed whatever bytes the texts hold.
func JUnit(o Outcome) []byte {
	env := cmp.Or(o.env(), "unknown")
	class := "readme-ops." + o.Command + "." + env
	suite := junitSuite{Name: "readme-ops " + o.Command + " " + env, Timestamp: o.Began.UTC().Format("2006-01-02T15:04:05"), Time: seconds(o.Ended.Sub(o.Began))}
	if o.State != nil {
		for _, st := range o.State.Steps {
			suite.Cases = append(suite.Cases, stepCase(class, st))
			if st.Undo.Status != "" {
				suite.Cases = append(suite.Cases, undoCase(class, st))
			}
		}
	}
	suite.Cases = append(suite.Cases, wholeCase(class, o))
	for i := range suite.Cases {
		c := &suite.Cases[i]
		c.Class, c.Name, c.Out = release.Printable(c.Class), release.Printable(c.Name), output(c.Out)
		suite.Tests++
		for why, n := range map[*junitWhy]*int{c.Failure: &suite.Failures, c.Error: &suite.Errors, c.Skipped: &suite.Skipped} {
			if why != nil {
				*n++
				why.Message, why.Text = release.Printable(why.Message), output(why.Text)
			}
		}
	}
	suite.Name = release.Printable(suite.Name)
	raw, err := xml.MarshalIndent(junitSuites{
		Name: suite.Name, Tests: suite.Tests, Failures: suite.Failures, Errors: suite.Errors, Skipped: suite.Skipped, Time: suite.Time, Suite: suite,
	}, "", "  ")
	if err != nil { // strings and numbers always encode
		raw = []byte("<testsuites/>")
	}
	return append([]byte(xml.Header), append(raw, '\n')...)
}

func stepCase(class string, st *release.StepState) junitCase {
	c := junitCase{Class: class + "." + string(st.Step.Kind), Name: st.Step.ID, Time: seconds(time.Duration(st.TookMS) * time.Millisecond)}
	lines := st.Said
	for _, check := range st.Checks {
		lines = append(slices.Clip(lines), check.String())
	}
	c.Out = strings.Join(lines, "\n")
	switch st.Status {
	case release.Failed:
		c.Failure = failure(st.Fault)
	case release.Cancelled:
		c.Error = &junitWhy{Message: "cancelled: " + st.Text, Type: "cancelled"}
	case release.Skipped:
		c.Skipped = &junitWhy{Message: st.Text}
	case release.Unchanged:
		c.Skipped = &junitWhy{Message: strings.TrimSuffix("unchanged: "+st.Text, ": ")}
	case release.Pending:
		c.Skipped = &junitWhy{Message: "it did not begin"}
	case release.Running:
		c.Error = &junitWhy{Message: "it has not ended", Type: "unfinished"}
	case release.Done:
	}
	return c
}

func undoCase(class string, st *release.StepState) junitCase {
	c := junitCase{Class: class + ".undo", Name: "putting back " + st.Step.ID, Time: seconds(time.Duration(st.Undo.TookMS) * time.Millisecond)}
	switch {
	case st.Undo.Status == release.Done && st.Undo.Kept != "":
		c.Out = "kept: " + st.Undo.Kept
	case st.Undo.Status == release.Done:
		c.Out = st.Undo.Text
	case st.Undo.Fault != nil:
		c.Failure = failure(st.Undo.Fault)
	default:
		c.Error = &junitWhy{Message: strings.TrimSuffix("NOT put back: "+st.Undo.Text, ": "), Type: "unfinished"}
	}
	return c
}

// wholeCase is the verdict: a run can fail though no step of it has.
func wholeCase(class string, o Outcome) junitCase {
	c := junitCase{Class: class, Name: cmp.Or(o.Command, "readme-ops"), Time: seconds(o.Ended.Sub(o.Began)), Out: o.headline()}
	if o.good() {
		return c
	}
	var text strings.Builder
	text.WriteString(o.headline() + "\n")
	for _, f := range o.Faults {
		text.WriteString("\n" + Fault(*f, Style{Width: 120}))
	}
	if len(o.Explained) > 0 {
		text.WriteString("\n" + Explain(o.Explained, Style{Width: 120}))
	}
	why := &junitWhy{Message: o.headline(), Type: fmt.Sprintf("exit %d", o.Exit), Text: text.String()}
	if o.State == nil {
		c.Error = why
	} else {
		c.Failure = why
	}
	return c
}

func failure(f *release.Fault) *junitWhy {
	if f == nil {
		f = &release.Fault{Title: "it failed"}
	}
	return &junitWhy{Message: f.Title, Type: "failed", Text: Fault(*f, Style{Width: 120})}
}

// output makes a text of several lines fit for a report.
func output(text string) string {
	text = printable(text)
	if len(text) > longestOutput {
		text = "…" + strings.ToValidUTF8(text[len(text)-longestOutput:], "")
	}
	return text
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", max(0, d).Seconds()) }
