package railway

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// Handler is Railway's public API, with its faults in front.
func (e *Emulator) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /graphql/v2", e.graphql)
	mux.HandleFunc("POST /project/{project}/environment/{environment}/up", e.upload)
	faulty := e.board.Handler(mux, operationName)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("RateLimit-Policy", `"default";q=1000;w=3600`)
		w.Header().Set("X-Railway-Request-Id", uuid.NewString())
		faulty.ServeHTTP(&headers{ResponseWriter: w}, r)
	})
}

// headers takes Railway's own headers away from a page that the proxy in front of it has made.
type headers struct{ http.ResponseWriter }

func (h *headers) WriteHeader(status int) {
	if strings.HasPrefix(h.Header().Get("Content-Type"), "text/html") {
		h.Header().Del("RateLimit-Policy")
		h.Header().Del("X-Railway-Request-Id")
	}
	h.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (h *headers) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// operationName names what a request asks for, for faults that strike some alone: "mutation serviceInstanceDeployV2",
// "query deployment", "POST up".
func operationName(r *http.Request) string {
	if !strings.HasPrefix(r.URL.Path, "/graphql/") {
		return r.Method + " " + r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, largestQuery+1))
	r.Body = rest{io.MultiReader(bytes.NewReader(raw), r.Body), r.Body}
	var req request
	if err != nil || json.Unmarshal(raw, &req) != nil {
		return ""
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: req.Query}, mostTokens)
	if err != nil {
		return ""
	}
	op := doc.Operations.ForName(req.OperationName)
	if op == nil {
		return ""
	}
	return string(op.Operation) + " " + strings.Join(rootFields(op), " ")
}

// rest is a body of which something was read, and put back.
type rest struct {
	io.Reader
	io.Closer
}

// rootFields are the names of the fields that an operation asks for.
func rootFields(op *ast.OperationDefinition) []string {
	var names []string
	for _, s := range op.SelectionSet {
		if f, ok := s.(*ast.Field); ok {
			names = append(names, f.Name)
		}
	}
	return names
}

// turnAway refuses an operation with HTTP 200 when a fault says so; nothing is done.
func (e *Emulator) turnAway(field string) error {
	if _, ok := e.board.Strike(FaultTooQuickly, field); ok {
		return errors.New("You are performing this action too quickly: this endpoint allows 1 request per 30 seconds") //nolint:staticcheck // Railway's own words
	}
	if _, ok := e.board.Strike(FaultNotAuthorized, field); ok {
		return errNotAuthorized
	}
	if _, ok := e.board.Strike(FaultTwoFactor, field); ok {
		return errors.New("Two Factor Authentication Required") //nolint:staticcheck // Railway's own words
	}
	return nil
}

// hold keeps an answer back and then cuts the connection, when a fault says so.
func (e *Emulator) hold(r *http.Request, op string) {
	if f, ok := e.board.Strike(FaultAnswerHeld, op); ok {
		sleep(r.Context(), f.For)
		panic(http.ErrAbortHandler)
	}
}
