package smoke_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"readme/cli/smoke"
)

func TestRun_showsNoTokenThatAVendorHasJustDrawn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t, answers(status(200, `{"room":"https://x.test/r","dailyToken":"t0p-daily","in":{"api_key": "t0p-key"},`+
			`"other":"eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3OTV9.t0p_signature"}`)))
		_, err := smoke.Run(t.Context(), get("/", smoke.Expect{JSON: []smoke.Matcher{{Path: "$.sessionId", Present: true}}}), p.world())
		if text := show(fault(t, err)); !strings.Contains(text, "https://x.test/r") || strings.Count(text, "•••") != 3 {
			t.Errorf("got\n%s", text)
		}
	})
}
