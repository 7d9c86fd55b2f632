package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"readme/cli/release"
)

// value is one value of a document, with the path that leads to it.
type value struct {
	doc  *document
	path string // "deploy.api.after[0]"
	node *yaml.Node
}

// wrong adds a fault at the value.
func (v value) wrong(title, detail string) { v.doc.at(v.node, title, detail) }

// place is where the value stands.
func (v value) place() release.Place {
	return release.Place{File: v.doc.file, Line: v.node.Line, Column: v.node.Column}
}

// is tells what a value is, in a person's words.
func (v value) is() string {
	switch v.node.Tag {
	case "!!map":
		return "a mapping"
	case "!!seq":
		return "a list"
	case "!!null":
		return "empty"
	case "!!bool":
		return "true or false"
	case "!!int", "!!float":
		return "a number"
	}
	return "a text"
}

func (v value) want(what string) {
	name := v.path
	if name == "" {
		name = "the file"
	}
	v.wrong(name+" must be "+what, "it is "+v.is())
}

// field is one key of a mapping with a fixed set of keys.
type field struct {
	key      string
	required bool
	read     func(value)
}

func need(key string, read func(value)) field { return field{key, true, read} }

func may(key string, read func(value)) field { return field{key, false, read} }

// object reads a mapping with these keys and no others, in the order of the fields.
func (v value) object(fields ...field) {
	children, ok := v.children()
	if !ok {
		return
	}
	var keys []string
	for _, f := range fields {
		keys = append(keys, f.key)
	}
	present := map[string]value{}
	for _, c := range children {
		name := c.key.Value
		if !slices.Contains(keys, name) {
			v.doc.at(c.key, "unknown key "+quote(name)+in(v.path), suggest(name, keys, "the keys here are"))
			continue
		}
		present[name] = c.value
	}
	for _, f := range fields {
		c, ok := present[f.key]
		switch {
		case ok:
			f.read(c)
		case f.required:
			v.wrong(fmt.Sprintf("the key %q is missing%s", f.key, in(v.path)), "it is required here")
		}
	}
}

// only refuses those of the known keys that make no sense for what this is.
func (v value) only(allowed, known []string, what string) {
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		key := v.node.Content[i]
		if slices.Contains(known, key.Value) && !slices.Contains(allowed, key.Value) {
			v.doc.at(key, key.Value+" is not a key of "+what, "the keys there are "+strings.Join(allowed, ", "))
		}
	}
}

// has gives the value of one of a mapping's keys, once it was read.
func (v value) has(key string) (value, bool) {
	c, ok := v.doc.values[v.path+"."+key]
	return c, ok
}

func in(path string) string {
	if path == "" {
		return ""
	}
	return " in " + path
}

// each reads a mapping whose keys are names, in file order. at is the place of the name.
func (v value) each(read func(name value, v value)) {
	children, _ := v.children()
	for _, c := range children {
		read(value{v.doc, c.value.path, c.key}, c.value)
	}
}

type child struct {
	key   *yaml.Node
	value value
}

// children lists a mapping's pairs without the duplicates, which are faults.
func (v value) children() ([]child, bool) {
	if v.node.Kind != yaml.MappingNode {
		v.want("a mapping")
		return nil, false
	}
	if len(v.node.Content) > 2*maxList {
		v.wrong(fmt.Sprintf("there are more than %d entries%s", maxList, in(v.path)), "make them fewer")
		return nil, false
	}
	first := map[string]int{}
	var out []child
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		key := v.node.Content[i]
		if key.Kind != yaml.ScalarNode {
			v.doc.at(key, "a key must be a text"+in(v.path), "")
			continue
		}
		if line, twice := first[key.Value]; twice {
			v.doc.at(key, quote(key.Value)+" stands here twice"+in(v.path), fmt.Sprintf("the first one is in line %d", line))
			continue
		}
		first[key.Value] = key.Line
		path := key.Value
		if v.path != "" {
			path = v.path + "." + path
		}
		out = append(out, child{key, v.remember(path, v.node.Content[i+1])})
	}
	return out, true
}

func (v value) remember(path string, n *yaml.Node) value {
	c := value{v.doc, path, n}
	v.doc.values[path] = c
	return c
}

// list reads a list's items.
func (v value) list(read func(value)) {
	if v.node.Kind != yaml.SequenceNode {
		v.want("a list")
		return
	}
	if len(v.node.Content) > maxList {
		v.wrong(fmt.Sprintf("there are more than %d entries%s", maxList, in(v.path)), "make them fewer")
		return
	}
	for i, n := range v.node.Content {
		read(v.remember(v.path+"["+strconv.Itoa(i)+"]", n))
	}
}

// text reads a text that is not empty.
func text(to *string) func(value) {
	return func(v value) {
		switch {
		case v.node.Kind != yaml.ScalarNode || v.node.Tag == "!!null":
			v.want("a text")
		case v.node.Tag != "!!str" && v.node.Tag != "!!timestamp":
			v.wrong(v.path+" must be a text", "it is "+v.is()+": put quotes around it")
		case strings.TrimSpace(v.node.Value) == "":
			v.wrong(v.path+" is empty", "write something, or remove the key")
		default:
			*to = v.node.Value
		}
	}
}

// scalar reads a text, number or boolean as the text that stands in the file.
func scalar(to *string) func(value) {
	return func(v value) {
		if v.node.Kind != yaml.ScalarNode || v.node.Tag == "!!null" {
			v.want("a text, a number or true or false")
			return
		}
		*to = v.node.Value
	}
}

// texts reads a list of texts that are all different.
func texts(to *[]string) func(value) {
	return func(v value) {
		seen := map[string]bool{}
		v.list(func(item value) {
			var s string
			text(&s)(item)
			if seen[s] && s != "" {
				item.wrong(quote(s)+" stands here twice"+in(v.path), "remove one")
			}
			if s == "" || seen[s] {
				s = "" // it keeps its place, so that paths go on matching indexes
			}
			seen[s] = true
			*to = append(*to, s)
		})
	}
}

// oneOf reads one of a few words.
func oneOf(to *string, words ...string) func(value) {
	return func(v value) {
		var s string
		text(&s)(v)
		if s != "" && !slices.Contains(words, s) {
			v.wrong(v.path+" cannot be "+quote(s), suggest(s, words, "it is one of"))
			return
		}
		*to = s
	}
}

// flag reads true or false.
func flag(to *bool) func(value) {
	return func(v value) {
		if v.node.Tag != "!!bool" {
			v.want("true or false")
			return
		}
		b, err := strconv.ParseBool(strings.ToLower(v.node.Value))
		if err != nil {
			v.want("true or false")
			return
		}
		*to = b
	}
}

// duration reads a duration above zero, such as "90s".
func duration(to *time.Duration) func(value) {
	return func(v value) {
		d, err := time.ParseDuration(v.node.Value)
		if v.node.Kind != yaml.ScalarNode || err != nil || d <= 0 || d > 24*time.Hour {
			v.wrong(v.path+" is not a duration", "write it like 500ms, 90s or 2m, above zero and at most 24h")
			return
		}
		*to = d
	}
}
