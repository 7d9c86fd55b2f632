package storage

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"readme/services/books"
)

// maxErrorBody is how much of an answer without a file is read.
const maxErrorBody = 64 << 10

// Error is an answer that is no success. It is books.ErrNotFound if the file is missing, not if the bucket is.
type Error struct {
	Status  int    // what it means: from the body if that says so, for the HTTP status is 400 for nearly every error
	Code    string // "NoSuchKey", "EntityTooLarge" ...; "" if the answer had none
	Message string // the vendor's words, cut short
}

// Error says status, code and message.
func (e *Error) Error() string {
	return strings.TrimSuffix(fmt.Sprintf("storage answered %d %s: %s", e.Status, e.Code, e.Message), ": ")
}

// Is makes errors.Is(err, books.ErrNotFound) work.
func (e *Error) Is(target error) bool {
	return target == books.ErrNotFound && e.Status == http.StatusNotFound &&
		(e.Code == "NoSuchKey" || e.Code == "not_found")
}

// passing lists what the vendor calls retryable: locked, slow down, internal, unavailable, database timed out.
func (e *Error) passing() bool {
	switch e.Status {
	case http.StatusLocked, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout, 544:
		return true
	}
	return false
}

// readError makes the best of any body: the gateway in front answers in another shape than Storage, or in none.
func readError(resp *http.Response) *Error {
	e := &Error{Status: resp.StatusCode, Message: resp.Status}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	if err != nil {
		return e
	}
	var said struct {
		StatusCode json.RawMessage `json:"statusCode"` // a string, or from some layers a number
		Code       any             `json:"code"`
		Name       any             `json:"error"`
		Message    any             `json:"message"`
	}
	if json.Unmarshal(body, &said) != nil {
		return e
	}
	if n, err := strconv.Atoi(strings.Trim(string(said.StatusCode), `"`)); err == nil && n >= 400 && n < 600 {
		e.Status = n
	}
	e.Code = firstText(said.Code, said.Name)
	if text := firstText(said.Message); text != "" {
		e.Message = text
	}
	return e
}

func firstText(candidates ...any) string {
	for _, c := range candidates {
		if s, ok := c.(string); ok && s != "" {
			return strings.ToValidUTF8(s[:min(len(s), 200)], "")
		}
	}
	return ""
}
