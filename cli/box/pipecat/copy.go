package pipecat

import (
	"path"
	"slices"
	"strings"
)

// pick finds what a source of a COPY names: one file, the files below a folder, or those that a pattern fits. As in
// Docker, a source cannot leave the context: /a and ../a are a.
func (c *buildContext) pick(source string) (names []string, found bool) {
	source = strings.TrimPrefix(path.Clean("/"+source), "/")
	if source == "" {
		source = "."
	}
	below := func(dir string) {
		found = true
		for name := range c.files {
			if dir == "." || strings.HasPrefix(name, dir+"/") {
				names = append(names, name)
			}
		}
	}
	for name := range c.files {
		if fits(source, name) {
			names, found = append(names, name), true
		}
	}
	for dir := range c.dirs {
		if fits(source, dir) {
			below(dir)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), found
}

func fits(pattern, name string) bool {
	if pattern == name {
		return true
	}
	ok, err := path.Match(pattern, name)
	return ok && err == nil && pattern != "."
}
