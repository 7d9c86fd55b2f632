package vercel_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"readme/cli/provider/providertest"
	"readme/cli/provider/vercel"
	"readme/cli/release"
)

// scene is a test in its bubble.
type scene struct{ *testing.T }

// script is a Vercel that answers by the book: for "METHOD /path" the answers one after the other, the last one for
// ever. An answer that begins with three digits has that status, "cut" is a connection that breaks off instead of one,
// and what is not in the book is 404. Requests are held against the contract.
type script struct {
	t *testing.T

	mu   sync.Mutex
	book map[string][]string
	got  []request
	wire *wiretap
}

type request struct {
	op    string
	query string
	body  string
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	op := r.Method + " " + r.URL.Path
	s.mu.Lock()
	s.got = append(s.got, request{op, r.URL.RawQuery, string(body)})
	answers := s.book[op]
	answer := `404{"error":{"code":"not_found","message":"not here"}}`
	if len(answers) > 0 {
		answer = answers[0]
		if len(answers) > 1 {
			s.book[op] = answers[1:]
		}
	}
	s.mu.Unlock()
	if answer == "cut" {
		panic(http.ErrAbortHandler)
	}
	status := http.StatusOK
	if i := strings.IndexAny(answer, "{["); i == 3 {
		_ = json.Unmarshal([]byte(answer[:3]), &status)
		answer = answer[3:]
	} else if len(answer) == 3 {
		_ = json.Unmarshal([]byte(answer), &status)
		answer = ""
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, answer)
}

// set changes an answer.
func (s *script) set(op string, answers ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.book[op] = answers
}

// sent gives the bodies of the requests of an operation.
func (s *script) sent(op string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, r := range s.got {
		if r.op == op {
			all = append(all, r.body)
		}
	}
	return all
}

// scripted runs a test in a bubble against a book, over a project that is connected to ada/readme and serves dpl_live.
func scripted(t *testing.T, o vercel.Options, book map[string][]string, test func(t scene, s *script, c *vercel.Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &script{t: t, book: map[string][]string{
			"GET /v9/projects/readme":        {linked},
			"GET /v9/projects/prj_1/domains": {`{"domains":[{"name":"readme.app","verified":true}]}`},
			"GET /v4/aliases/readme.app":     {`{"alias":"readme.app","deploymentId":"dpl_live"}`},
			"GET /v13/deployments/dpl_live":  {`{"id":"dpl_live","url":"live.vercel.app","projectId":"prj_1","target":"production","readyState":"READY","readySubstate":"PROMOTED","aliasAssigned":true,"createdAt":1000}`},
			"GET /v7/deployments":            {`{"deployments":[]}`},
			"GET /v10/projects/prj_1/env":    {`{"envs":[]}`},
		}}
		maps.Copy(s.book, book)
		s.wire = newWiretap(t, providertest.Serve(t, s))
		s.wire.loose = true
		o.Base, o.Token, o.Transport = "https://api.vercel.com", release.NewSecret(token), s.wire
		if o.Project == "" {
			o.Project = "readme"
		}
		c, err := vercel.New(o)
		if err != nil {
			t.Fatal(err)
		}
		test(scene{t}, s, c)
		c.Close()
	})
}

const linked = `{"id":"prj_1","name":"readme","framework":"nextjs","rootDirectory":"services/client",
	"link":{"type":"github","org":"ada","repo":"readme","repoId":77,"productionBranch":"main"}}`
