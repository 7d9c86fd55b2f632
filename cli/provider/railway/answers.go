package railway

import (
	"encoding/json"
	"strings"
	"time"
)

// wireAnswer is the envelope: errors come with HTTP 200 too, and then data is null or partial.
type wireAnswer struct {
	Data   json.RawMessage `json:"data"`
	Errors []wireError     `json:"errors"`
}

type wireError struct {
	Message    string `json:"message"`
	TraceID    string `json:"traceId"` // seen here, documented in extensions
	Extensions struct {
		Code    string `json:"code"`
		TraceID string `json:"traceId"`
	} `json:"extensions"`
}

func (e wireError) trace() string {
	if e.TraceID != "" {
		return e.TraceID
	}
	return e.Extensions.TraceID
}

// words are the vendor's, with what "Not Authorized" leaves out: it is also the answer for an id that does not exist.
func (e wireError) words() string {
	if strings.EqualFold(e.Message, notAuthorized) {
		return e.Message + " (the token may not do this, or it does not exist)"
	}
	return e.Message
}

// unclear reports whether a mutation with this error may have been carried out: INTERNAL_SERVER_ERROR is the code of a
// refusal and of a breakdown alike, so only the refusals that are known by their words are certain then.
func (e wireError) unclear() bool {
	switch e.Extensions.Code {
	case "BAD_USER_INPUT", "UNAUTHENTICATED", "FORBIDDEN":
		return false
	}
	if strings.HasPrefix(e.Extensions.Code, "GRAPHQL_") {
		return false
	}
	m := strings.ToLower(e.Message)
	for _, known := range []string{
		"not authorized", "not found", "already exists", "no workspace member", "two factor authentication required",
	} {
		if strings.Contains(m, known) {
			return false
		}
	}
	return tooMany(m) == 0
}

const (
	notAuthorized  = "Not Authorized"
	noProjectToken = "project token not found"
)

type edges[T any] struct {
	Edges []struct {
		Node T `json:"node"`
	} `json:"edges"`
	PageInfo struct {
		HasNextPage bool   `json:"hasNextPage"`
		EndCursor   string `json:"endCursor"`
	} `json:"pageInfo"`
}

func (e edges[T]) nodes() []T {
	out := make([]T, len(e.Edges))
	for i, edge := range e.Edges {
		out[i] = edge.Node
	}
	return out
}

type named struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	DeletedAt *string `json:"deletedAt"`
	CanAccess *bool   `json:"canAccess"`

	in string // the workspace of a project
}

type wireDeployment struct {
	ID          string                     `json:"id"`
	Status      string                     `json:"status"` // a string: an unknown one must not end a release
	CreatedAt   time.Time                  `json:"createdAt"`
	ServiceID   string                     `json:"serviceId"`
	StaticURL   string                     `json:"staticUrl"`
	URL         string                     `json:"url"`
	CanRollback bool                       `json:"canRollback"`
	CanRedeploy bool                       `json:"canRedeploy"`
	Stopped     bool                       `json:"deploymentStopped"`
	Meta        map[string]json.RawMessage `json:"meta"`
	Instances   []struct {
		Status string `json:"status"`
	} `json:"instances"`
	Service named `json:"service"`
}

// meta reads one text of the schemaless meta; "" if it is absent or no text.
func (d wireDeployment) meta(key string) string {
	var s string
	if json.Unmarshal(d.Meta[key], &s) != nil {
		return ""
	}
	return s
}

type wireDomains struct {
	ServiceDomains []struct {
		Domain string `json:"domain"`
	} `json:"serviceDomains"`
	CustomDomains []struct {
		Domain string `json:"domain"`
		Status struct {
			Verified bool `json:"verified"`
		} `json:"status"`
	} `json:"customDomains"`
}

type wireLog struct {
	Timestamp  string `json:"timestamp"`
	Message    string `json:"message"`
	Severity   string `json:"severity"`
	Attributes []struct {
		Key   string `json:"key"`
		Value string `json:"value"` // JSON-encoded text: "\"info\""
	} `json:"attributes"`
	Tags struct {
		DeploymentID string `json:"deploymentId"`
	} `json:"tags"`
}

type wireUpload struct {
	DeploymentID string `json:"deploymentId"`
}
