package pipecat

import (
	"encoding/json"
	"net/http"
	"time"
)

// answer is a status and what is encoded as JSON.
type answer struct {
	status int
	body   any
}

func ok(body any) answer { return answer{http.StatusOK, body} }

func refuse(status int, code, text string) answer {
	return answer{status, map[string]any{"error": text, "code": code}}
}

func badRequest(text string) answer {
	return refuse(http.StatusBadRequest, "GENERIC_BAD_REQUEST", text)
}
func notFound(text string) answer { return refuse(http.StatusNotFound, "NOT_FOUND", text) }
func unauthorized() answer {
	return refuse(http.StatusUnauthorized, "401", "Unauthorized / token expired")
}

func noEndpoint() answer {
	return refuse(http.StatusNotFound, "404", "API endpoint not found / agent deployment not found / Organization not found")
}

func internal(err error) answer {
	return refuse(http.StatusInternalServerError, "INTERNAL_SERVER_ERROR", "Internal server error: "+err.Error())
}

func write(w http.ResponseWriter, a answer) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(a.status)
	_ = json.NewEncoder(w).Encode(a.body)
}

// stamp is the form of the API's times.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func tooMany() answer {
	return answer{http.StatusTooManyRequests, map[string]any{"status": 429, "code": "429", "message": "Rate limit exceeded. Please try again later"}}
}
