package railway_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"readme/cli/provider/providertest"
	"readme/cli/provider/railway"
	"readme/cli/release"
)

// script answers operations by their name: with data, or with an error where the answer begins with "!". It is for what
// the emulator does not play.
type script struct {
	t       *testing.T
	answers map[string]string

	mu    sync.Mutex
	asked []string // operations, in order
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var req struct{ OperationName string }
	if json.NewDecoder(r.Body).Decode(&req) != nil || r.URL.Path != "/graphql/v2" || r.URL.RawQuery != "source=readme-ops" {
		s.t.Errorf("%s %s is no request of Railway's", r.Method, r.URL)
	}
	s.mu.Lock()
	s.asked = append(s.asked, req.OperationName)
	answer, ok := s.answers[req.OperationName]
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	body := map[string]any{"data": json.RawMessage("null")}
	if message, refused := strings.CutPrefix(answer, "!"); refused || !ok {
		body["errors"] = []any{map[string]any{"message": message, "extensions": map[string]string{"code": "INTERNAL_SERVER_ERROR"}}}
	} else {
		body["data"] = json.RawMessage(answer)
	}
	_ = json.NewEncoder(w).Encode(body)
}

// scripted runs f with a client of the real address whose answers are these.
func scripted(t *testing.T, o railway.Options, answers map[string]string, f func(c *railway.Client, s *script)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &script{t: t, answers: answers}
		o.Base, o.Transport = "https://backboard.railway.com", providertest.Serve(t, s)
		if o.Token.Empty() {
			o.Token = release.NewSecret(token)
		}
		c, err := railway.New(o)
		if err != nil {
			t.Fatal(err)
		}
		f(c, s)
		c.Close()
	})
}
