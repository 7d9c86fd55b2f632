package engine

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"

	"readme/cli/release"
)

// masked is the body with mask applied to every text in it, those inside of JSON included: to the values of strings and numbers,
// and to keys. What the record hangs together by stays, and what was approved, from which a resume works: see kept. Intents, records and
// outputs hold ids, never secrets, so a resume reads from them what the run put in; a secret that got there by mistake is
// hidden even so, by data. A nil mask masks nothing, and a nil data is mask.
func masked(b release.Body, mask, data func(string) string) release.Body {
	if mask == nil {
		return b
	}
	if data == nil {
		data = mask
	}
	body, _ := reflect.TypeAssert[release.Body](masker{mask, data}.value(reflect.ValueOf(b)))
	return body
}

type masker struct{ text, data func(string) string }

// ofData is the masker of what stands in outputs.
func (m masker) ofData() masker { return masker{m.data, m.data} }

// kept are the fields that are not masked, by the type of their struct.
//
//nolint:gochecknoglobals // a constant table
var kept = map[reflect.Type][]string{
	reflect.TypeFor[release.Plan]():            {"Purpose", "Project", "Env", "OnFailure", "Digest"},
	reflect.TypeFor[release.Commit]():          {"SHA", "Dirty"},
	reflect.TypeFor[release.Target]():          {"Name"},
	reflect.TypeFor[release.Step]():            {"ID", "Needs", "Inputs", "Precondition"}, // made of release.yaml, which names secrets and holds none
	reflect.TypeFor[release.Approved]():        {"Digest"},
	reflect.TypeFor[release.RunStopping]():     {"Signal"},
	reflect.TypeFor[release.RollbackStarted](): {"Steps"},
}

// value is a copy of v without secrets. v itself, to which others may hold on, stays as it is.
func (m masker) value(v reflect.Value) reflect.Value {
	if raw, ok := reflect.TypeAssert[json.RawMessage](v); ok {
		return reflect.ValueOf(m.raw(raw))
	}
	if v.IsZero() {
		return v
	}
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.String:
		if v.Type() != reflect.TypeFor[string]() { // a word of ours: a kind, a change
			return v
		}
		out.SetString(m.text(v.String()))
	case reflect.Struct:
		out.Set(v)
		for i := range v.NumField() {
			switch name := v.Type().Field(i).Name; {
			case slices.Contains(kept[v.Type()], name):
			case name == "Outputs":
				out.Field(i).Set(m.ofData().value(v.Field(i)))
			default:
				out.Field(i).Set(m.value(v.Field(i)))
			}
		}
	case reflect.Pointer:
		out.Set(reflect.New(v.Type().Elem()))
		out.Elem().Set(m.value(v.Elem()))
	case reflect.Slice:
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(m.value(v.Index(i)))
		}
	case reflect.Map:
		out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
		for key, value := range v.Seq2() {
			out.SetMapIndex(m.value(key), m.value(value))
		}
	default:
		return v
	}
	return out
}

// raw masks the texts of a JSON document. One without secrets stays as it is, to the byte.
func (m masker) raw(doc json.RawMessage) json.RawMessage {
	var tree any
	numbers := json.NewDecoder(bytes.NewReader(doc))
	numbers.UseNumber()
	if len(doc) == 0 || numbers.Decode(&tree) != nil {
		return doc
	}
	tree, changed := m.tree(tree)
	if !changed {
		return doc
	}
	clean, err := json.Marshal(tree)
	if err != nil { // what was decoded can be encoded
		return nil
	}
	return clean
}

// tree masks what the decoder has made of a document.
func (m masker) tree(node any) (clean any, changed bool) {
	switch node := node.(type) {
	case string:
		clean := m.data(node)
		return clean, clean != node
	case json.Number:
		if clean := m.data(node.String()); clean != node.String() {
			return clean, true
		}
	case []any:
		for i, item := range node {
			var c bool
			node[i], c = m.tree(item)
			changed = changed || c
		}
		return node, changed
	case map[string]any:
		clean := make(map[string]any, len(node))
		for key, item := range node {
			item, c := m.tree(item)
			name := m.data(key)
			clean[name], changed = item, changed || c || name != key
		}
		return clean, changed
	}
	return node, false
}
