package pipecat

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/agnivade/levenshtein"

	"readme/cli/release"
)

// maxConfig is more than any pcc-deploy.toml needs.
const maxConfig = 1 << 20

// file is pcc-deploy.toml while it is read.
type file struct {
	Config
	Architecture string

	name   string
	text   string
	md     toml.MetaData
	prims  map[string]toml.Primitive // by dotted key
	faults release.Faults
}

type mistake struct{ key, text string }

// targets are the keys of the file (the vendor's CLI, deploy_utils.py, both its generations) and where each goes. What
// only matters to the vendor's CLI itself is taken and left alone.
func (f *file) targets() map[string]any {
	return map[string]any{
		"agent_name": &f.Agent, "image": &f.Image, "build_id": &f.Build, "image_credentials": &f.ImageCredentials,
		"secret_set": &f.SecretSet, "region": &f.Region, "agent_profile": &f.Profile, "websocket_auth": &f.WebsocketAuth,
		"max_session_duration": &f.MaxSession, "enable_krisp": new(any), "architecture": &f.Architecture,
		"scaling": nil, "scaling.min_agents": &f.MinAgents, "scaling.max_agents": &f.MaxAgents,
		"krisp_viva": nil, "krisp_viva.audio_filter": &f.AudioFilter,
		"build": nil, "build.context_dir": &f.ContextDir, "build.dockerfile": &f.Dockerfile,
		"build.exclude": nil, "build.exclude.patterns": &f.Exclude,
		"docker": new(map[string]any),
		"git":    nil, "git.repo": new(string), "git.branch": new(string), "git.dockerfile_path": new(string), "git.subdirectory": new(string),
		"resources": nil, "resources.cpu": new(string), "resources.memory": new(string),
	}
}

// ReadConfig reads pcc-deploy.toml. Every mistake is a release.Fault with its line, all of them at once
// (release.Faults): unknown keys, wrong types, values that the vendor would refuse, and what readme-ops cannot deploy.
func ReadConfig(path string) (Config, error) {
	info, err := os.Stat(path)
	if err == nil && info.Size() > maxConfig {
		err = fmt.Errorf("%s is larger than 1 MiB", path)
	}
	if err != nil {
		return Config{}, unreadable(path, err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return Config{}, unreadable(path, err)
	}
	return ParseConfig(path, string(raw))
}

func unreadable(path string, err error) error {
	return &release.Fault{
		Title: "the bot's configuration cannot be read", Detail: err.Error(), Where: &release.Place{File: path},
		Try: "readme-ops doctor", Exit: release.ExitInvalid, Cause: err,
	}
}

// ParseConfig is ReadConfig for text that is already read; name is its file, for messages.
func ParseConfig(name, text string) (Config, error) {
	f := &file{name: name, text: text, prims: map[string]toml.Primitive{}}
	var top map[string]toml.Primitive
	md, err := toml.Decode(text, &top)
	f.md = md
	if err != nil {
		f.fail(place(err), plainTOML(err))
		return Config{}, f.faults
	}
	f.read("", top, f.targets())
	if len(f.faults) == 0 {
		for _, m := range f.rules() {
			f.fail(f.where(m.key), strings.TrimPrefix(m.key+": ", ": ")+m.text)
		}
	}
	if len(f.faults) > 0 {
		slices.SortStableFunc(f.faults, func(a, b *release.Fault) int { return a.Where.Line - b.Where.Line })
		return Config{}, f.faults
	}
	f.settle()
	return f.Config, nil
}

func (f *file) read(prefix string, table map[string]toml.Primitive, targets map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(table)) {
		full := prefix + key
		f.prims[full] = table[key]
		into, known := targets[full]
		switch {
		case !known:
			f.fail(f.where(full), fmt.Sprintf("unknown key %s%s", full, suggest(full, targets)))
		case into != nil:
			if err := f.md.PrimitiveDecode(table[key], into); err != nil {
				f.fail(f.where(full), full+" must be "+kindOf(into))
			}
		default:
			var inner map[string]toml.Primitive
			if err := f.md.PrimitiveDecode(table[key], &inner); err != nil || inner == nil { // nil: the decoder passes over a text
				f.fail(f.where(full), full+" must be a table: ["+full+"]")
				continue
			}
			f.read(full+".", inner, targets)
		}
	}
}

func (f *file) has(key string) bool {
	_, ok := f.prims[key]
	return ok
}

func (f *file) fail(at release.Place, text string) {
	at.File = f.name
	f.faults = append(f.faults, &release.Fault{Title: text, Where: &at, Exit: release.ExitInvalid})
}

// where asks the decoder for a key's line by making it fail there, since it tells places in errors only. Its column is
// the value's; the key's is more useful.
func (f *file) where(key string) release.Place {
	prim, ok := f.prims[key]
	if !ok {
		return release.Place{}
	}
	at := place(f.md.PrimitiveDecode(prim, refuse{}))
	if lines := strings.Split(f.text, "\n"); at.Line > 0 && at.Line <= len(lines) {
		if i := strings.Index(lines[at.Line-1], key[strings.LastIndex(key, ".")+1:]); i >= 0 {
			at.Column = i + 1
		}
	}
	return at
}

type refuse struct{}

func (refuse) UnmarshalTOML(any) error { return errors.New("here") }

func place(err error) release.Place {
	var p toml.ParseError
	if !errors.As(err, &p) {
		return release.Place{}
	}
	return release.Place{Line: p.Position.Line, Column: p.Position.Col}
}

func plainTOML(err error) string {
	var p toml.ParseError
	if errors.As(err, &p) && p.Message != "" {
		return p.Message
	}
	return strings.TrimPrefix(err.Error(), "toml: ")
}

func kindOf(into any) string {
	switch into.(type) {
	case *string:
		return "a text in quotes"
	case *int, **int:
		return "a whole number"
	case *[]string:
		return "a list of texts"
	}
	return "a table"
}

func suggest(key string, targets map[string]any) string {
	if renamed, ok := map[string]string{"scaling.min_instances": "scaling.min_agents", "scaling.max_instances": "scaling.max_agents"}[key]; ok {
		return ": it is called " + renamed + " now"
	}
	best, distance := "", 4
	for _, known := range slices.Sorted(maps.Keys(targets)) {
		if d := levenshtein.ComputeDistance(key, known); d < distance {
			best, distance = known, d
		}
	}
	if best == "" {
		return ""
	}
	return ": did you mean " + best + "?"
}
