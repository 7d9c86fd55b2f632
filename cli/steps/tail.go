package steps

import (
	"context"
	"slices"
	"strings"
	"time"

	"readme/cli/engine"
	"readme/cli/provider"
	"readme/cli/release"
)

// tailer tells a deployment's build log as it grows. Its failures are nobody's concern: the verdict never comes from a log.
type tailer struct {
	host Host
	task *engine.Task
	id   string
	told int              // how many lines
	last provider.LogLine // of them
}

func (l *tailer) read(ctx context.Context) {
	logs, ok := l.host.(Logs)
	if !ok {
		return
	}
	lines, err := logs.BuildLogs(ctx, l.id)
	if err != nil || len(lines) == 0 {
		return
	}
	for _, line := range lines[l.from(lines):] {
		l.task.Say("build", line.Text)
	}
	l.told, l.last = len(lines), lines[len(lines)-1]
}

// from is where the lines begin that were not told yet. Vendors give the last few hundred, so of a long build they
// begin somewhere in the middle.
func (l *tailer) from(lines []provider.LogLine) int {
	told := func(line provider.LogLine) bool { return line.At.Equal(l.last.At) && line.Text == l.last.Text }
	if l.told == 0 || l.told <= len(lines) && told(lines[l.told-1]) {
		return l.told
	}
	for i, line := range slices.Backward(lines) {
		if told(line) {
			return i + 1
		}
	}
	return 0
}

// lastLines gives the evidence of a failed deployment: the end of its build's log and of its own.
func lastLines(ctx context.Context, h Host, id string) []release.Evidence {
	const most = 12
	logs, ok := h.(Logs)
	if !ok {
		return nil
	}
	var out []release.Evidence
	add := func(label string, lines []provider.LogLine, err error) {
		if err != nil || len(lines) == 0 {
			return
		}
		e := release.Evidence{Label: label}
		for _, l := range telling(lines, most) {
			e.Lines = append(e.Lines, strings.TrimRight(l.Text, "\n"))
		}
		out = append(out, e)
	}
	lines, err := logs.BuildLogs(ctx, id)
	add("the last lines of its build", lines, err)
	lines, err = logs.Logs(ctx, id, time.Time{}, "")
	add("the last lines that it logged", lines, err)
	return out
}

// telling picks the lines that say why: the last ones, or those from where a panic begins, whose cause stands first.
func telling(lines []provider.LogLine, most int) []provider.LogLine {
	for i, l := range slices.Backward(lines) {
		if strings.HasPrefix(l.Text, "panic: ") || strings.HasPrefix(l.Text, "fatal error: ") {
			lines = lines[i:]
			return lines[:min(most, len(lines))]
		}
	}
	return lines[max(0, len(lines)-most):]
}
