// Command api is the smallest service that a release can be tried with.
package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	if os.Getenv("DATABASE_URL") == "" {
		fmt.Fprintln(os.Stderr, "DATABASE_URL is not set")
		os.Exit(2)
	}
	http.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"commit": cmp.Or(os.Getenv("RAILWAY_GIT_COMMIT_SHA"), os.Getenv("RELEASE_COMMIT"))})
	})
	http.HandleFunc("POST /items", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+os.Getenv("ADMIN_TOKEN") {
			http.Error(w, `{"error":"unauthorized"}`, http.StatusUnauthorized)
			return
		}
		log.Info("took item", "item", r.FormValue("name"))
		_ = json.NewEncoder(w).Encode(map[string]string{"id": "item-1"})
	})
	http.HandleFunc("DELETE /items/{id}", func(w http.ResponseWriter, r *http.Request) {
		log.Info("removed item", "item", r.PathValue("id"))
		w.WriteHeader(http.StatusNoContent)
	})
	if err := http.ListenAndServe(os.Getenv("HOST")+":"+os.Getenv("PORT"), nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
