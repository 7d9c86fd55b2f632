package source

import (
	"slices"
	"strings"
)

// status is what `git status` says, with paths relative to the directory that was asked about.
type status struct {
	commit    string // "" before the first commit
	branch    string
	changed   []string // all paths that differ from the commit, untracked ones included; sorted
	untracked []string // a path that ends with a slash is another repository
	deleted   map[string]bool
	modules   []string // submodules that differ
}

// parseStatus reads the format `--porcelain=v2 -z --branch --no-renames`. git gives paths from the top of the
// repository; prefix is the way from there to the directory.
func parseStatus(out, prefix string) status {
	st := status{deleted: map[string]bool{}}
	for record := range strings.SplitSeq(out, "\x00") {
		kind, rest, _ := strings.Cut(record, " ")
		switch kind {
		case "#":
			st.header(rest)
		case "1", "u":
			st.entry(kind, rest, prefix)
		case "?":
			if path, ok := strings.CutPrefix(rest, prefix); ok && !own(path) {
				st.untracked = append(st.untracked, path)
				st.changed = append(st.changed, path)
			}
		}
	}
	slices.Sort(st.changed)
	st.changed = slices.Compact(st.changed)
	return st
}

func (st *status) header(text string) {
	key, value, _ := strings.Cut(text, " ")
	switch {
	case key == "branch.oid" && value != "(initial)":
		st.commit = value
	case key == "branch.head" && value != "(detached)":
		st.branch = value
	}
}

// entry reads a changed file: "XY sub mH mI mW hH hI path", or with three hashes and modes if it is in conflict.
func (st *status) entry(kind, text, prefix string) {
	fields := 8
	if kind == "u" {
		fields = 10
	}
	parts := strings.SplitN(text, " ", fields)
	if len(parts) < fields || len(parts[0]) != 2 {
		return
	}
	path, ok := strings.CutPrefix(parts[fields-1], prefix)
	if !ok || own(path) {
		return
	}
	st.changed = append(st.changed, path)
	if parts[0][1] == 'D' {
		st.deleted[path] = true
	}
	if strings.HasPrefix(parts[1], "S") {
		st.modules = append(st.modules, path)
	}
}
