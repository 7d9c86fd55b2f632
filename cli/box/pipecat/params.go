package pipecat

import (
	"slices"
	"strconv"
	"time"
)

// params reads a query; bad is the first parameter that makes no sense.
type params struct {
	values map[string][]string
	bad    string
}

func (p *params) get(name string) string {
	if v := p.values[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (p *params) number(name string, otherwise int) int {
	v := p.get(name)
	if v == "" {
		return otherwise
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		p.bad = name
	}
	return n
}

func (p *params) seconds(name string) time.Time {
	v := p.get(name)
	if v == "" {
		return time.Time{}
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 {
		p.bad = name
	}
	return time.Unix(n, 0)
}

func (p *params) word(name string, first string, others ...string) string {
	v := p.get(name)
	if v == "" {
		return first
	}
	if v != first && !slices.Contains(others, v) {
		p.bad = name
	}
	return v
}

func page[T any](list []T, limit, offset int) []T {
	list = list[min(offset, len(list)):]
	return list[:min(limit, len(list))]
}
