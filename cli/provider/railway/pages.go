package railway

import (
	"net/url"
	"strings"
)

// The pages that a person opens. The first ones are named in Railway's documentation.
const (
	githubAppPage = "https://github.com/apps/railway-app/installations/new"
	tokensPage    = "https://railway.com/account/tokens"
)

// webOf is the dashboard that belongs to an API's address: none for an emulator's.
func webOf(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	if h := u.Hostname(); strings.HasSuffix(h, ".railway.com") || strings.HasSuffix(h, ".railway.app") {
		return "https://railway.com"
	}
	return ""
}

// outside gives a page of the outside world, where this is the real Railway.
func (c *Client) outside(page string) string {
	if c.web == "" {
		return ""
	}
	return page
}

func (c *Client) projectPage(t Target) string {
	if c.web == "" {
		return ""
	}
	return c.web + "/project/" + t.ProjectID + "?environmentId=" + t.EnvironmentID
}

func (c *Client) settingsPage(t Target, serviceID string) string {
	if c.web == "" {
		return ""
	}
	return c.web + "/project/" + t.ProjectID + "/service/" + serviceID + "/settings?environmentId=" + t.EnvironmentID
}

func (c *Client) projectTokensPage(t Target) string {
	if c.web == "" || t.ProjectID == "" {
		return c.outside(tokensPage)
	}
	return c.web + "/project/" + t.ProjectID + "/settings/tokens"
}

// at appends a page to a sentence.
func at(page string) string {
	if page == "" {
		return ""
	}
	return ": " + page
}
