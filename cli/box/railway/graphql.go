package railway

import (
	"encoding/json"
	"net/http"
	"strings"

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

// request is what is posted.
type request struct {
	Query         string         `json:"query"`
	OperationName string         `json:"operationName"`
	Variables     map[string]any `json:"variables"`
}

func (e *Emulator) graphql(w http.ResponseWriter, r *http.Request) {
	var req request
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
	x := &execution{ctx: r.Context(), e: e, vars: vars, who: e.caller(r.Header)}
	fields := rootFields(op)
	for _, f := range fields {
		if err := e.turnAway(f); err != nil {
			writeJSON(w, http.StatusOK, map[string]any{"data": nil, "errors": []answerError{newAnswerError(err.Error(), codeInternal)}})
			return
		}
	}
	data, errs := x.operation(op)
	for _, f := range fields {
		e.hold(r, f)
		if _, ok := e.board.Strike(FaultMuddledAnswer, f); ok {
			errs = append(errs, newAnswerError(errProcessing.Error(), codeInternal))
		}
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
