package spec

import (
	"iter"
	"regexp"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"readme/cli/smoke"
)

const masked = "•••"

var (
	// credential matches what can only be a secret, by the prefixes that vendors gave their keys.
	credential = regexp.MustCompile(`\b(sk_|sb_secret_|sbp_|vcp_|ghp_|github_pat_|xox[abp]-|AKIA)[A-Za-z0-9_-]{8,}|` +
		`\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_.-]+|` +
		`\b[a-z]+://[^\s:/@"'${}]*:[^\s/@"'${}]+@|` +
		`-----BEGIN [A-Z ]*PRIVATE KEY-----`)
	secretKey    = regexp.MustCompile(`\b(default|value|slack|ntfy)\s*:`)
	secretHeader = regexp.MustCompile(`(?i)^(authorization|proxy-authorization|cookie|.*(token|secret|api-?key).*)$`)
)

// conceal finds the literal secrets that should not be in the file, so that no fault about their line shows them.
func (d *document) conceal() {
	var nodes []*yaml.Node // in the order of the file
	secret := map[*yaml.Node]bool{}
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		nodes = append(nodes, n)
		for _, s := range secretsOf(n) {
			secret[s] = true
		}
		for _, c := range n.Content {
			walk(c)
		}
	}
	walk(d.root)
	for i, n := range nodes {
		if !secret[n] {
			continue
		}
		d.hide(n.Line, n.Column)
		if line := d.line(n.Line); len(line) <= maxLine && strings.Contains(line, n.Value) {
			continue
		}
		last := len(d.lines) // it goes on for several lines: none of them is shown
		if i+1 < len(nodes) {
			last = nodes[i+1].Line
		}
		for line := n.Line + 1; line <= last; line++ {
			d.hide(line, 1)
		}
	}
}

// secretsOf lists the values of a mapping that are literal secrets: the default and value of a variable that is
// marked as secret, headers that carry a credential, and addresses where people are told, which stand for a password.
func secretsOf(n *yaml.Node) []*yaml.Node {
	marked := false
	var values, headers []*yaml.Node
	for key, v := range pairs(n) {
		switch {
		case key == "secret":
			marked = v.Value != "false"
		case (key == "default" || key == "value") && !templated(v.Value):
			values = append(values, v)
		case key == "notify":
			headers = append(headers, addresses(v)...)
		case key == "headers":
			for name, h := range pairs(v) {
				if secretHeader.MatchString(name) && len(smoke.References(h.Value)) == 0 {
					headers = append(headers, h)
				}
			}
		}
	}
	if !marked {
		return headers
	}
	return append(headers, values...)
}

// addresses lists the texts in a value that are addresses.
func addresses(n *yaml.Node) []*yaml.Node {
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, "://") {
		return []*yaml.Node{n}
	}
	var out []*yaml.Node
	for _, c := range n.Content {
		out = append(out, addresses(c)...)
	}
	return out
}

// pairs ranges over a mapping's keys and values, and over nothing of other nodes.
func pairs(n *yaml.Node) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i].Value, n.Content[i+1]) {
				return
			}
		}
	}
}

// concealUnread does the same for a file that is not YAML, where nothing tells a secret from other values.
func (d *document) concealUnread() {
	for i, line := range d.lines {
		if at := secretKey.FindStringIndex(line); at != nil {
			d.hide(i+1, utf8.RuneCountInString(line[:at[1]])+2)
		}
	}
}

func (d *document) hide(line, column int) {
	if old, ok := d.hidden[line]; !ok || column < old {
		d.hidden[line] = column
	}
}

// mask hides what is secret in a line, and moves the marked part [start, start+width) along.
func (d *document) mask(text []rune, line, start, width int) ([]rune, int, int) {
	if column, ok := d.hidden[line]; ok && column <= len(text) {
		text = append(text[:column-1:column-1], []rune(masked)...)
		switch {
		case start >= column:
			start, width = column-1, 0
		case start == column-1 && width > 0:
			width = len([]rune(masked))
		}
	}
	for {
		s := string(text)
		at := credential.FindStringIndex(s)
		if at == nil {
			return text, start, width
		}
		from, to := utf8.RuneCountInString(s[:at[0]]), utf8.RuneCountInString(s[:at[1]])
		text = []rune(s[:at[0]] + masked + s[at[1]:])
		short := to - from - len([]rune(masked))
		switch {
		case start >= to:
			start -= short
		case start >= from:
			start, width = from, min(width, len([]rune(masked)))
		case start+width > from:
			width = max(from-start, 1)
		}
	}
}
