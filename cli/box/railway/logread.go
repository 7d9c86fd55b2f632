package railway

import (
	"slices"
	"strings"
	"time"
)

// queryLogs reads a log: the last lines of the window, one more than was asked for, as Railway does.
func (e *Emulator) queryLogs(kind logKind) root {
	return withDeployment(func(c *call, d *deployment) (any, error) {
		limit := whole(c.args, "limit", 100)
		if limit < 1 || limit > 5000 {
			return nil, errProcessing
		}
		from, err := moment(c.args, "startDate")
		if err != nil {
			return nil, errProcessing
		}
		to, err := moment(c.args, "endDate")
		if err != nil {
			return nil, errProcessing
		}
		matches := parseFilter(text(c.args, "filter"))
		list := []object{}
		for _, l := range e.readable(d, kind) {
			if l.At.Before(from) || (!to.IsZero() && l.At.After(to)) || !matches(l) {
				continue
			}
			list = append(list, e.logView(d, l))
		}
		return list[max(0, len(list)-limit-1):], nil
	})
}

// readable are the lines of a log that reads show by now.
func (e *Emulator) readable(d *deployment, kind logKind) []logLine {
	in := e.w.instance(d)
	if _, ok := e.lasts(FaultLogsEmpty, in); ok {
		return nil
	}
	lines := e.logs.read(d.ID, kind)
	if f, ok := e.lasts(FaultLogsLate, in); ok {
		until := time.Now().Add(-f.For)
		lines = slices.DeleteFunc(lines, func(l logLine) bool { return l.At.After(until) })
	}
	for i := range lines {
		lines[i].service, lines[i].deployment, lines[i].replica = in.ServiceID, d.ID, d.InstID
	}
	return lines
}

// window is a stretch of time around an anchor, as environmentLogs and httpLogs take it.
type window struct {
	before, anchor, after time.Time // the zero time: without end
	most, mostAfter       int
}

func (c *call) window() (window, error) {
	w := window{most: whole(c.args, "beforeLimit", whole(c.args, "limit", 100)), mostAfter: whole(c.args, "afterLimit", 0)}
	if w.most < 0 || w.most > 5000 || w.mostAfter < 0 || w.mostAfter > 5000 {
		return w, errProcessing
	}
	for name, at := range map[string]*time.Time{"beforeDate": &w.before, "anchorDate": &w.anchor, "afterDate": &w.after} {
		var err error
		if *at, err = moment(c.args, name); err != nil {
			return w, errProcessing
		}
	}
	if w.anchor.IsZero() {
		w.anchor = time.Now()
	}
	return w, nil
}

// cut takes the window's part of a list that is in order: the last ones up to the anchor, the first ones after it.
func cut[T any](w window, list []T, at func(T) time.Time) []T {
	var early, late []T
	for _, v := range list {
		switch t := at(v); {
		case !t.Before(w.before) && !t.After(w.anchor):
			early = append(early, v)
		case t.After(w.anchor) && (w.after.IsZero() || !t.After(w.after)):
			late = append(late, v)
		}
	}
	return append(early[max(0, len(early)-w.most):], late[:min(len(late), w.mostAfter)]...)
}

// queryEnvironmentLogs reads what all services of an environment have written.
func (e *Emulator) queryEnvironmentLogs(c *call) (any, error) {
	w, err := c.window()
	if err != nil {
		return nil, err
	}
	if c.env == nil {
		return nil, errNotAuthorized
	}
	type line struct {
		logLine
		d *deployment
	}
	matches := parseFilter(text(c.args, "filter"))
	var all []line
	for _, d := range e.w.Deployments {
		if e.w.instance(d).env != c.env {
			continue
		}
		for _, l := range e.readable(d, runLog) {
			if matches(l) {
				all = append(all, line{l, d})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b line) int { return a.At.Compare(b.At) })
	list := []object{}
	for _, l := range cut(w, all, func(l line) time.Time { return l.At }) {
		list = append(list, e.logView(l.d, l.logLine))
	}
	return list, nil
}

// moment reads a time; the zero time if it is absent.
func moment(args map[string]any, name string) (time.Time, error) {
	s := text(args, name)
	if s == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339Nano, strings.TrimSpace(s))
}

func (e *Emulator) logView(d *deployment, l logLine) object {
	in := e.w.instance(d)
	attributes := []object{}
	for _, a := range l.Attributes {
		attributes = append(attributes, object{"key": a.Key, "value": a.Value})
	}
	return object{
		"timestamp": l.At.Format(time.RFC3339Nano), "message": l.Message, "severity": l.Severity, "attributes": attributes,
		"tags": object{
			"projectId": in.env.project.ID, "environmentId": in.env.ID, "serviceId": in.ServiceID,
			"deploymentId": d.ID, "deploymentInstanceId": d.InstID, "snapshotId": d.ID,
		},
	}
}
