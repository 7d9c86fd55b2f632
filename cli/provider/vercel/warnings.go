package vercel

import (
	"context"
	"fmt"
)

// Warnings says what gets in the way of a release, a line each that ends with what ends it.
func (c *Client) Warnings(ctx context.Context) ([]string, error) {
	p, found, err := c.lookup(ctx)
	if err != nil {
		return nil, err
	}
	var lines []string
	if said := c.lockWarning(p, found); said != "" {
		lines = append(lines, said)
	}
	if p.Link != nil {
		branch := either(p.Link.Branch, "main")
		on, err := c.deploysItself(branch)
		if err != nil {
			return nil, err
		}
		if on {
			lines = append(lines, fmt.Sprintf("Vercel deploys each push to %s of %s by itself, beside this release. %s", branch, p.Link.name(), c.turnOff(p)))
		}
	}
	if p.LastAliasRequest.undone() {
		lines = append(lines, "since the last rollback, "+frozen+". The promote of a release ends that")
	}
	return lines, nil
}
