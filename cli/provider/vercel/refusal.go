package vercel

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"readme/cli/provider"
	"readme/cli/release"
)

// clean takes our secrets out of the vendor's words, and puts its code for the error in front of them.
func (c *Client) clean(err error) error {
	e, ok := errors.AsType[*provider.Error](err)
	if !ok {
		return err
	}
	if code := refusal(e).Code; code != "" && !strings.Contains(e.Message, code) {
		e.Message = code + ": " + e.Message
	}
	for _, s := range c.secrets {
		if !s.Empty() {
			e.Message = masked(e.Message, s)
		}
	}
	return e
}

func masked(text string, s release.Secret) string {
	return strings.ReplaceAll(text, s.Reveal(), s.String())
}

// refusal reads the details of Vercel's error, such as the hashes of the files that it misses.
func refusal(err error) wireRefusal {
	e, ok := errors.AsType[*provider.Error](err)
	if !ok {
		return wireRefusal{}
	}
	var a struct {
		Error wireRefusal `json:"error"`
		Err   wireRefusal `json:"err"` // a few old endpoints
	}
	if json.Unmarshal(e.Body, &a) != nil {
		return wireRefusal{}
	}
	if a.Error.Code == "" {
		return a.Err
	}
	return a.Error
}

// scope is where the project is looked for.
func (c *Client) scope() string {
	if c.team != "" {
		return "team " + c.team
	}
	return "the token's personal account (release.yaml pins no team)"
}

// explain turns Vercel's no to a token or a project into a Fault: a person has to do something about it.
func (c *Client) explain(err error) error {
	e, ok := errors.AsType[*provider.Error](err)
	if !ok {
		return err
	}
	f := &release.Fault{Evidence: []release.Evidence{e.Evidence()}, Try: "readme-ops doctor", Exit: release.ExitInvalid, Cause: err}
	scope := c.scope()
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		f.Title = "Vercel does not accept VERCEL_TOKEN for project " + c.project
		f.Detail = "The token is wrong or has expired, or it may not enter " + scope + "."
	case http.StatusNotFound:
		f.Title = fmt.Sprintf("Vercel has no project %q in %s", c.project, scope)
		f.Detail = "A project of a team is only found with the team beside it in release.yaml: vercel: {project: …, team: …}."
	default:
		return err
	}
	return f
}

// hide takes values out of an error in which Vercel may have repeated them.
func hide(err error, values []release.Secret) error {
	e, ok := errors.AsType[*provider.Error](err)
	if !ok {
		return err
	}
	for _, v := range values {
		if !v.Empty() {
			e.Message = masked(e.Message, v)
		}
	}
	e.Body = nil
	return e
}

func asVendors(err error) (*provider.Error, bool) { return errors.AsType[*provider.Error](err) }
