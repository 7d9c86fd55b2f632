package host_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/host"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		command string
		want    []string
		says    string
	}{
		{"./bin/api", []string{"./bin/api"}, ""},
		{"  npx next\tstart  -p 3000 ", []string{"npx", "next", "start", "-p", "3000"}, ""},
		{`sh -c 'a && b' "" ''`, []string{"sh", "-c", "a && b", "", ""}, ""},
		{`a"b c"'d e'\ f`, []string{"ab cd e f"}, ""},
		{`"\"\\\$\x" '\'`, []string{`"\$\x`, `\`}, ""},
		{`a#b c~d -X=y`, []string{"a#b", "c~d", "-X=y"}, ""},
		{"", nil, "it is empty"},
		{" \t", nil, "it is empty"},
		{"a && b", nil, `"&" needs a shell`},
		{"a > b", nil, `">" needs a shell`},
		{"a $PORT", nil, `"$" needs a shell`},
		{`a "$PORT"`, nil, `"$" needs a shell`},
		{"a ~/b", nil, `"~" needs a shell`},
		{"a #b", nil, `"#" needs a shell`},
		{"a\nb", nil, "needs a shell"},
		{"PORT=1 a", nil, `"PORT=1" needs a shell`},
		{"'a", nil, "a quote ' that is not closed"},
		{`a "b`, nil, `a quote " that is not closed`},
		{"a \\\nb", nil, "write it as one"},
		{`a \`, nil, "a backslash at the end"},
	}
	for _, tt := range tests {
		t.Run(tt.command, func(t *testing.T) {
			t.Parallel()
			got, err := host.Split(tt.command)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("words (-want +got):\n%s", diff)
			}
			if tt.says == "" && err != nil || tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)) {
				t.Errorf("got %v, want it to say %q", err, tt.says)
			}
		})
	}
}

// What Split accepts, a real shell splits into the same words.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{"./bin/api", `a "b \" c" 'd'`, `x\ y`, `"\\"`, "a=b c", `''`, "é ü", "-n", "\\\n", "'a\\\n'"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, command string) {
		got, err := host.Split(command)
		if err != nil || strings.ContainsAny(command, "\x00\r\v\f") {
			return
		}
		out, err := exec.Command("/bin/sh", "-c", "set -- "+command+"; printf '%s\\n' \"$@\"").Output()
		if err != nil {
			t.Fatalf("the shell refuses %q: %v", command, err)
		}
		if diff := cmp.Diff(strings.Join(got, "\n")+"\n", string(out)); diff != "" {
			t.Errorf("%q (-shell +ours):\n%s", command, diff)
		}
	})
}
