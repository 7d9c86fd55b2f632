package supabase

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"readme/cli/provider"
)

// refusal is Storage's body of an error. statusCode is a text there and a number where its web server answers alone;
// code is the newest field, and error holds the older word for it.
type refusal struct {
	StatusCode json.RawMessage `json:"statusCode"`
	Error      string          `json:"error"`
	Code       string          `json:"code"`
}

// meant puts the body's status in the place of HTTP's, where there is one. again reports that Storage means a passing
// trouble (locked, too many connections, a database that times out) and that the call may be repeated; what came with
// an HTTP status of its own was repeated by the door already.
func meant(err error, once bool) (_ error, again bool) {
	e, ok := errors.AsType[*provider.Error](err)
	if !ok || e.Status != http.StatusBadRequest {
		return err, false
	}
	var r refusal
	if json.Unmarshal(e.Body, &r) != nil {
		return err, false
	}
	status, convErr := strconv.Atoi(strings.Trim(string(r.StatusCode), `"`))
	if convErr != nil || status < 400 || status > 599 {
		return err, false
	}
	m := *e
	m.Status = status
	m.Ambiguous = once && status >= 500
	switch status {
	case http.StatusLocked, http.StatusTooManyRequests: // refused before anything was done
		again = true
	case http.StatusServiceUnavailable, 544:
		again = !once
	}
	return &m, again
}
