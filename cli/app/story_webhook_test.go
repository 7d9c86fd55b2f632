package app_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// webhook VARIABLE FILE opens a webhook whose secret address is in the variable, and which appends what it is sent to the
// file. It answers 500 while a file of that name with ".down" lies beside.
func webhook(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: webhook VARIABLE FILE")
	}
	file := ts.MkAbs(args[1])
	ts.Check(os.WriteFile(file, nil, 0o644))
	var mu sync.Mutex
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if _, err := os.Stat(file + ".down"); err == nil {
			http.Error(w, "not now, "+r.URL.Path, http.StatusInternalServerError)
			return
		}
		raw, _ := io.ReadAll(r.Body)
		f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_, _ = fmt.Fprintf(f, "%s %s\n", r.URL.Path, raw)
		_ = f.Close()
	}))
	ts.Defer(s.Close)
	ts.Setenv(args[0], s.URL+"/services/secret-canary")
}
