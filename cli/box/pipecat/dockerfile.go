package pipecat

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// instruction is one of a Dockerfile: COPY, and what follows it.
type instruction struct {
	line int
	name string // in capitals
	text string // its arguments as they are written, on one line
}

var heredocs = regexp.MustCompile(`<<-?["']?([A-Za-z_][A-Za-z0-9_]*)["']?`)

// parseDockerfile splits a Dockerfile into its instructions. The errors are Docker's own.
func parseDockerfile(text string) ([]instruction, error) {
	var list []instruction
	var open string // the lines so far of an instruction that goes on
	begun := 0
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		if line == "" || strings.HasPrefix(line, "#") {
			continue // inside an instruction that goes on, too
		}
		if open == "" {
			begun = i + 1
		}
		if more, goesOn := strings.CutSuffix(line, `\`); goesOn {
			open += more + " "
			continue
		}
		name, rest, _ := strings.Cut(strings.TrimSpace(open+line), " ")
		open = ""
		in := instruction{line: begun, name: strings.ToUpper(name), text: strings.TrimSpace(rest)}
		if !slices.Contains(knownInstructions(), in.name) {
			return nil, fmt.Errorf("dockerfile parse error on line %d: unknown instruction: %s", begun, name)
		}
		list = append(list, in)
		for _, doc := range heredocs.FindAllStringSubmatch(in.text, -1) {
			for i++; i < len(lines) && strings.TrimSpace(lines[i]) != doc[1]; i++ {
				continue
			}
		}
	}
	if !slices.ContainsFunc(list, func(in instruction) bool { return in.name == "FROM" }) {
		return nil, fmt.Errorf("dockerfile parse error: no build stage in current context")
	}
	return list, nil
}

func knownInstructions() []string {
	return []string{
		"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD",
		"RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
	}
}

// arguments are the words of an instruction without its --flags, from either form: `a b` or `["a", "b"]`.
func (in instruction) arguments() (flags, words []string) {
	rest := in.text
	for strings.HasPrefix(rest, "--") {
		flag, after, _ := strings.Cut(rest, " ")
		flags, rest = append(flags, flag), strings.TrimSpace(after)
	}
	if strings.HasPrefix(rest, "[") && json.Unmarshal([]byte(rest), &words) == nil {
		return flags, words
	}
	return flags, strings.Fields(rest)
}

// copied are the sources of a COPY or ADD that come out of the context, and the target; unsure where it takes what
// cannot be known here: another stage, a variable, an address, a here-document.
func (in instruction) copied() (sources []string, target string, unsure bool) {
	flags, words := in.arguments()
	if len(words) < 2 || strings.Contains(in.text, "$") || strings.Contains(in.text, "<<") || strings.Contains(in.text, "://") ||
		slices.ContainsFunc(flags, func(f string) bool { return strings.HasPrefix(f, "--from=") }) {
		return nil, "", true
	}
	return words[:len(words)-1], words[len(words)-1], false
}

// vendorImage is the family of base images that hold the platform's server.
const vendorImage = "dailyco/pipecat-base"

// bases are the images of the stages that are no stages themselves, with the defaults of ARG filled in.
func bases(list []instruction) []string {
	defaults, stages := map[string]string{}, map[string]bool{}
	var out []string
	for _, in := range list {
		switch in.name {
		case "ARG":
			name, value, _ := strings.Cut(in.text, "=")
			defaults[name] = strings.Trim(value, `"'`)
		case "FROM":
			_, words := in.arguments()
			if len(words) == 0 {
				continue
			}
			image := words[0]
			for name, value := range defaults {
				image = strings.ReplaceAll(strings.ReplaceAll(image, "${"+name+"}", value), "$"+name, value)
			}
			if !stages[image] {
				out = append(out, image)
			}
			if len(words) == 3 && strings.EqualFold(words[1], "as") {
				stages[words[2]] = true
			}
		}
	}
	return out
}
