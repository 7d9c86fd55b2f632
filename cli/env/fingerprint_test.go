package env_test

import (
	"fmt"
	"strings"
	"testing"

	"readme/cli/env"
	"readme/cli/release"
)

func TestKey_tellsValuesApartAndShowsNone(t *testing.T) {
	t.Parallel()
	a, b := env.NewKey([]byte("one key")), env.NewKey([]byte("another key"))
	value := release.NewSecret("hunter2")
	of := a.Of("TOKEN", value)
	if len(of) != 32 || of != a.Of("TOKEN", release.NewSecret("hunter2")) {
		t.Errorf("got %q, and not the same again", of)
	}
	for name, other := range map[string]string{
		"another key": b.Of("TOKEN", value), "another variable": a.Of("OTHER", value), "another value": a.Of("TOKEN", release.NewSecret("hunter3")),
		"a shifted border": a.Of("TOKE", release.NewSecret("Nhunter2")),
	} {
		if other == of {
			t.Errorf("%s has the same fingerprint", name)
		}
	}
	if text := fmt.Sprintf("%v %+v %#v", a, a, a); strings.Contains(text, "one key") {
		t.Errorf("the key is shown: %s", text)
	}
	if none := (env.Key{}); none.Known() || none.Of("TOKEN", value) != "" || env.NewKey(nil).Known() {
		t.Error("without a key there is a fingerprint")
	}
	if env.Short(of) != of[:8] || env.Short("") != "unknown" {
		t.Errorf("got %q and %q", env.Short(of), env.Short(""))
	}
}
