// Package smoke runs live checks of a released product: http requests, log lines of a service, rows of a table, and
// bot sessions. A check is data; Run repeats it until it passes or its time is over, and tells every attempt.
package smoke

import "time"

// Check is one smoke check. Exactly one of HTTP, Log and SQL is set; Session may come with HTTP. Strings may hold
// references "${name}" that are resolved when the check runs.
type Check struct {
	Name    string        `json:"name"`
	HTTP    *HTTP         `json:"http,omitempty"`
	Log     *Log          `json:"log,omitempty"`
	SQL     *SQL          `json:"sql,omitempty"`
	Session string        `json:"session,omitempty"` // the service (a bot) at whose provider the started session is looked up and stopped
	Expect  Expect        `json:"expect"`
	Capture []Capture     `json:"capture,omitempty"`
	Cleanup *HTTP         `json:"cleanup,omitempty"`   // sent at the end of the run if the check has passed
	Within  time.Duration `json:"within_ns,omitempty"` // how long it may be repeated; 0 means 30 s
}

// HTTP is a request.
type HTTP struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers,omitempty"`
	Form    []Field           `json:"form,omitempty"` // multipart, in file order; a value "@path" sends that file
	JSON    any               `json:"json,omitempty"` // decoded YAML: maps have string keys
}

// Field is one field of a form.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Log waits for one line of a service's log, of the deployment that this release brought, that contains all of
// Contains and was written after the checks began. A host's logs may be late: where LateIf is set, a line that does not
// show up in time is no failure if the database says by then that what it would tell has happened.
type Log struct {
	Service  string   `json:"service"`
	Contains []string `json:"contains"`
	LateIf   *SQL     `json:"late_if,omitempty"`
}

// SQL runs one read-only statement and compares its first row and column.
type SQL struct {
	Query string `json:"query"`
	Equal string `json:"equal"`
}

// Expect is what an answer must be.
type Expect struct {
	Status int       `json:"status,omitempty"` // 0: any below 400
	JSON   []Matcher `json:"json,omitempty"`
	Body   []string  `json:"body,omitempty"` // texts that it must contain
}

// Matcher holds one place of a JSON answer against a value. Path is "$.a.b[0]"; Want is the text of the value, and
// Present only asks that the place exists and is not null.
type Matcher struct {
	Path    string `json:"path"`
	Want    string `json:"want,omitempty"`
	Present bool   `json:"present,omitempty"`
}

// Capture takes one place of a JSON answer for later checks.
type Capture struct {
	Name string `json:"name"`
	Path string `json:"path"`
}
