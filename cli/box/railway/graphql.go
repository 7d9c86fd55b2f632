package railway

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

const (
	largestQuery = 4 << 20
	mostTokens   = 20000
)

// Codes of GraphQL errors. The internal one is the answer to nearly everything, a refusal included.
const (
	codeInternal = "INTERNAL_SERVER_ERROR"
	codeInput    = "BAD_USER_INPUT"
	codeParse    = "GRAPHQL_PARSE_FAILED"
	codeInvalid  = "GRAPHQL_VALIDATION_FAILED"
)

// Handler is Railway's public API.
func (e *Emulator) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /graphql/v2", e.graphql)
	mux.HandleFunc("POST /project/{project}/environment/{environment}/up", e.upload)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("RateLimit-Policy", `"default";q=1000;w=3600`)
		w.Header().Set("X-Railway-Request-Id", uuid.NewString())
		if !e.refuse(w, r) {
			mux.ServeHTTP(w, r)
		}
	})
}

// refuse answers in place of the API when a fault says so.
func (e *Emulator) refuse(w http.ResponseWriter, r *http.Request) bool {
	subject := strings.TrimPrefix(r.URL.Path, "/")
	if strings.HasSuffix(subject, "/up") {
		subject = "up"
	}
	if f, ok := e.faults.strike(FaultRateLimit, subject); ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(f.length(time.Second).Seconds())))
		writeJSON(w, http.StatusTooManyRequests, map[string]any{"message": "Rate limit exceeded"})
		return true
	}
	if _, ok := e.faults.strike(FaultCloudflareLimit, subject); ok {
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = w.Write([]byte("<!DOCTYPE html><title>Access denied | backboard.railway.com used Cloudflare to restrict access</title><h1>Error 1015</h1>"))
		return true
	}
	if _, ok := e.faults.strike(FaultServerError, subject); ok {
		writeJSON(w, http.StatusServiceUnavailable, map[string]any{"message": "Service Unavailable"})
		return true
	}
	return false
}

// caller is who the credentials say that it is.
type caller int

const (
	nobody caller = iota
	projectCaller
	accountCaller
)

func (e *Emulator) caller(h http.Header) caller {
	if same(h.Get("Project-Access-Token"), e.cfg.Token) {
		return projectCaller
	}
	if bearer, ok := strings.CutPrefix(h.Get("Authorization"), "Bearer "); ok && same(bearer, e.cfg.AccountToken) {
		return accountCaller
	}
	return nobody
}

func same(given, want string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(given), []byte(want)) == 1
}

func (e *Emulator) graphql(w http.ResponseWriter, r *http.Request) {
	var req struct {
		Query         string         `json:"query"`
		OperationName string         `json:"operationName"`
		Variables     map[string]any `json:"variables"`
	}
	if json.NewDecoder(http.MaxBytesReader(w, r.Body, largestQuery)).Decode(&req) != nil {
		refuseQuery(w, "Problem processing request", codeParse)
		return
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: req.Query}, mostTokens)
	if err != nil {
		refuseQuery(w, err.Error(), codeParse)
		return
	}
	if errs := validator.ValidateWithRules(e.schema, doc, rules.NewDefaultRules()); len(errs) > 0 {
		refuseQuery(w, errs[0].Message, codeInvalid)
		return
	}
	op := doc.Operations.ForName(req.OperationName)
	if op == nil || op.Operation == ast.Subscription {
		refuseQuery(w, "Unknown operation", codeInvalid)
		return
	}
	vars, err := validator.VariableValues(e.schema, op, req.Variables)
	if err != nil {
		refuseQuery(w, "Problem processing request", codeInput)
		return
	}
	x := &execution{e: e, vars: vars, who: e.caller(r.Header)}
	data, errs := x.operation(op)
	if f, ok := e.faults.strike(FaultAnswerLost, op.Name); ok {
		sleep(r.Context(), f.For)
		w.WriteHeader(http.StatusGatewayTimeout)
		return
	}
	if _, ok := e.faults.strike(FaultMuddledAnswer, op.Name); ok {
		errs = append(errs, newAnswerError(errProcessing.Error(), codeInternal))
	}
	answer := map[string]any{"data": data}
	if len(errs) > 0 {
		answer = map[string]any{"data": nil, "errors": errs}
	}
	writeJSON(w, http.StatusOK, answer)
}

func refuseQuery(w http.ResponseWriter, message, code string) {
	writeJSON(w, http.StatusBadRequest, map[string]any{"errors": []answerError{newAnswerError(message, code)}})
}

// answerError is one entry of errors.
type answerError struct {
	Message    string              `json:"message"`
	Locations  []gqlerror.Location `json:"locations,omitempty"`
	Path       []string            `json:"path,omitempty"`
	Extensions map[string]string   `json:"extensions"`
	TraceID    string              `json:"traceId"`
}

func newAnswerError(message, code string) answerError {
	return answerError{Message: message, Extensions: map[string]string{"code": code}, TraceID: strings.ReplaceAll(uuid.NewString(), "-", "")}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		status, raw = http.StatusInternalServerError, []byte(`{"message":"Internal Server Error"}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(raw)
}
