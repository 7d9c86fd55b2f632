package gate

import (
	"slices"
	"strconv"
	"strings"
)

// next is a tag that fits the pattern and that the clone does not have: the one after the highest version, or a first
// one; "" where none is found.
func next(pattern string, f Facts) string {
	known := slices.Concat(f.Others, f.Tags)
	name := strings.NewReplacer("*", "0.1.0", "?", "1").Replace(pattern)
	if i := slices.IndexFunc(known, func(tag string) bool { return Matches(pattern, tag) }); i >= 0 {
		name = bump(known[i])
	}
	for slices.Contains(known, name) {
		name = bump(name)
	}
	if !Matches(pattern, name) {
		return ""
	}
	return name
}

// bump adds one to the last number of a name, or gives it a first one.
func bump(name string) string {
	end := strings.LastIndexAny(name, "0123456789") + 1
	start := end
	for start > 0 && name[start-1] >= '0' && name[start-1] <= '9' {
		start--
	}
	n, err := strconv.Atoi(name[start:end])
	if err != nil {
		return name + ".1"
	}
	return name[:start] + strconv.Itoa(n+1) + name[end:]
}
