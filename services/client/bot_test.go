package client_test

import (
	_ "embed"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

//go:embed testdata/bot.html
var botPage []byte

// newBot opens a second tab that is the bot's end of a WebRTC session, and the vendor that leads there.
func newBot(t *testing.T) (bot *tab, mood http.Handler) {
	t.Helper()
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write(botPage)
	}))
	t.Cleanup(home.Close)
	bot = open(t, home.URL, granted)
	path := "/v1/public/readme/sessions/" + sessionID + "/api/offer"
	return bot, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		switch {
		case err != nil:
			t.Error(err)
		case r.Header.Get("Authorization") != "Bearer "+publicKey:
			w.WriteHeader(http.StatusUnauthorized)
		case strings.HasSuffix(r.URL.Path, "/start"):
			_, _ = io.WriteString(w, webrtc)
		case r.URL.Path == path && r.Method == http.MethodPost:
			_, _ = w.Write(eval[json.RawMessage](bot, "answer("+string(body)+")"))
		case r.URL.Path == path && r.Method == http.MethodPatch:
			_, _ = w.Write(eval[json.RawMessage](bot, "take("+string(body)+")"))
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	})
}
