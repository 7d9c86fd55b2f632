package railway

import (
	"context"
	"strings"
	"time"

	"readme/cli/provider"
)

// wireNote is what Railway tells of a variable besides its value.
type wireNote struct {
	Name       string    `json:"name"`
	Service    string    `json:"serviceId"` // "" for a shared one
	Sealed     bool      `json:"isSealed"`
	References []string  `json:"references"` // the variables that its value refers to
	Updated    time.Time `json:"updatedAt"`
}

// notes are what Railway tells of a service's variables, by name. None where the token may not look: that a project's token
// may is not documented.
func (c *Client) notes(ctx context.Context, id string) (map[string]wireNote, error) {
	all, err := pages(func(after string) (edges[wireNote], error) {
		var a struct {
			Environment struct {
				Variables edges[wireNote] `json:"variables"`
			} `json:"environment"`
		}
		vars := map[string]any{"first": pageSize}
		set(vars, "after", after)
		err := c.in(ctx, request{op: "read when the variables were written", document: variableNotesQuery, vars: vars}, &a)
		return a.Environment.Variables, err
	})
	if denied(err) || provider.NotFound(err) {
		return nil, nil //nolint:nilnil // nil is the answer: it is not told
	}
	if err != nil {
		return nil, err
	}
	out := map[string]wireNote{}
	for _, n := range all {
		if n.Service == id {
			out[n.Name] = n
		}
	}
	return out, nil
}

// unrendered are a service's variables as somebody wrote them, with their references. None where the token may not look.
func (c *Client) unrendered(ctx context.Context, id string) (map[string]*string, error) {
	var a struct {
		Variables map[string]*string `json:"variables"`
	}
	err := c.in(ctx, request{op: "read the references of the variables", document: unrenderedQuery, vars: map[string]any{"serviceId": id}}, &a)
	if denied(err) || provider.NotFound(err) {
		return nil, nil //nolint:nilnil // nil is the answer: it is not told
	}
	return a.Variables, err
}

// references names what a variable's value refers to, as Railway writes it: "${{shared.REDIS_URL}}, ${{db.HOST}}". What stands
// beside them in the value is nobody's to see.
func references(written *string, n wireNote) string {
	var found []string
	for rest := text(written); ; {
		_, after, ok := strings.Cut(rest, "${{")
		name, end, closed := strings.Cut(after, "}}")
		if !ok || !closed {
			break
		}
		found, rest = append(found, strings.TrimSpace(name)), end
	}
	if len(found) == 0 {
		found = n.References
	}
	if len(found) == 0 {
		return ""
	}
	return "${{" + strings.Join(found, "}}, ${{") + "}}"
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
