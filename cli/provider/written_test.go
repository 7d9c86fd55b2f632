package provider_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
)

// keeper is a vendor that gives its answers one after the other, the last one for ever.
type keeper struct {
	reads [][]provider.Variable
	fails error // of reads after the write
	wrote []string
}

func (k *keeper) read(context.Context) ([]provider.Variable, error) {
	if k.fails != nil && len(k.wrote) > 0 {
		return nil, k.fails
	}
	now := k.reads[0]
	if len(k.reads) > 1 {
		k.reads = k.reads[1:]
	}
	return now, nil
}

func (k *keeper) write(_ context.Context, vars []provider.NewVariable) error {
	for _, v := range vars {
		k.wrote = append(k.wrote, v.Name)
	}
	return nil
}

func readable(name, value string) provider.Variable {
	return provider.Variable{Name: name, Value: release.NewSecret(value), Readable: true}
}

func hidden(name string, at int64) provider.Variable {
	v := provider.Variable{Name: name, Sensitive: true}
	if at > 0 {
		v.Updated = time.Unix(at, 0)
	}
	return v
}

func list(vars ...provider.Variable) []provider.Variable { return vars }

func TestWriteVariables_callsItDoneWhenTheyReadBack(t *testing.T) {
	plainHidden := provider.Variable{Name: "A"} // neither readable nor kept from everybody
	for _, c := range []struct {
		name  string
		reads [][]provider.Variable
		want  string
	}{
		{"new", [][]provider.Variable{{}, list(readable("A", "value-of-a"))}, ""},
		{"new, and read late", [][]provider.Variable{{}, {}, {}, list(readable("A", "value-of-a"))}, ""},
		{"new, and nobody can read it", [][]provider.Variable{{}, list(hidden("A", 5))}, ""},
		{"never there", [][]provider.Variable{{}}, "it was accepted, but A is not there"},
		{"kept empty", [][]provider.Variable{{}, list(readable("A", ""))}, "A reads back empty"},
		{"kept empty, it seems", [][]provider.Variable{{}, list(plainHidden)}, "A reads back empty"},
		{"could not be read before either", [][]provider.Variable{list(plainHidden)}, ""},
		{"another value", [][]provider.Variable{list(readable("A", "value-of-b"))}, "A has another value than was written"},
		{"written over", [][]provider.Variable{list(readable("A", "value-of-b")), list(readable("A", "value-of-b")), list(readable("A", "value-of-a"))}, ""},
		{"hidden, and written over", [][]provider.Variable{list(hidden("A", 5)), list(hidden("A", 6))}, ""},
		{"hidden, and not written over", [][]provider.Variable{list(hidden("A", 5))}, "A was last written before that, says acme"},
		{"hidden, and nobody says when it was written", [][]provider.Variable{list(hidden("A", 0))}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k, start := &keeper{reads: c.reads}, time.Now()
				err := provider.WriteVariables(t.Context(), provider.Keeper{Vendor: "acme", Service: "api", Read: k.read, Write: k.write, Moves: true},
					[]provider.NewVariable{{Name: "A", Value: release.NewSecret("value-of-a")}})
				if still, ok := errors.AsType[*provider.UnmovedError](err); ok && c.want != "" && strings.HasSuffix(err.Error(), c.want) {
					if !slices.Equal(still.Names, []string{"A"}) || still.Service != "api" || !strings.HasPrefix(c.name, "hidden") {
						t.Errorf("got %+v", still)
					}
					return
				}
				lost, ok := errors.AsType[*provider.NotKeptError](err)
				switch {
				case c.want == "" && err != nil, c.want != "" && (!ok || lost.Service != "api" || !strings.HasSuffix(err.Error(), c.want)):
					t.Errorf("got %v, want %q", err, c.want)
				case c.want != "" && (time.Since(start) < 10*time.Second || time.Since(start) > 20*time.Second):
					t.Errorf("it looked for %s", time.Since(start))
				}
				if !slices.Equal(k.wrote, []string{"A"}) {
					t.Errorf("it wrote %q", k.wrote)
				}
			})
		})
	}
}

func TestWriteVariables_writesNothingWhereOneCannotBe(t *testing.T) {
	theirs := readable("THEIRS", "x")
	theirs.Owner = "an integration"
	for value, want := range map[string]string{
		"A=": "A has no value here", "A=[SENSITIVE]": "A has a mask for a value", "A=•••••": "A has a mask", "A=***": "A has a mask",
		"THEIRS=value": "THEIRS belongs to an integration", "GOOD=value": "GOOD is given twice", "A=**": "", "A=*** ***": "",
	} {
		t.Run(value, func(t *testing.T) {
			name, v, _ := strings.Cut(value, "=")
			k := &keeper{reads: [][]provider.Variable{list(theirs), list(readable("A", v), readable("GOOD", "good"))}}
			vars := []provider.NewVariable{{Name: "GOOD", Value: release.NewSecret("good")}, {Name: name, Value: release.NewSecret(v)}}
			err := provider.WriteVariables(t.Context(), provider.Keeper{Vendor: "acme", Service: "api", Read: k.read, Write: k.write}, vars)
			if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "nothing was written")) {
				t.Errorf("got %v, want %q", err, want)
			}
			if (len(k.wrote) == 0) != (want != "") {
				t.Errorf("it wrote %q", k.wrote)
			}
		})
	}
}

func TestWriteVariables_saysWhatIsKnownWhenTheReadingBackFails(t *testing.T) {
	away := errors.New("the vendor is away")
	k := &keeper{reads: [][]provider.Variable{{}}, fails: away}
	of := provider.Keeper{Vendor: "acme", Service: "api", Read: k.read, Write: k.write}
	vars := []provider.NewVariable{{Name: "A", Value: release.NewSecret("value-of-a")}}
	err := provider.WriteVariables(t.Context(), of, vars)
	if !errors.Is(err, away) || !strings.Contains(err.Error(), "were written, and could not be read back") {
		t.Errorf("got %v", err)
	}
	synctest.Test(t, func(t *testing.T) {
		k := &keeper{reads: [][]provider.Variable{{}}}
		of := provider.Keeper{Vendor: "acme", Service: "api", Read: k.read, Write: k.write}
		stop := errors.New("the person pressed Ctrl-C")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 3*time.Second, stop)
		defer cancel()
		if err := provider.WriteVariables(ctx, of, vars); !errors.Is(err, stop) {
			t.Errorf("cut short: %v", err)
		}
	})
	if err := provider.WriteVariables(t.Context(), provider.Keeper{}, nil); err != nil {
		t.Errorf("nothing to write: %v", err)
	}
	if text := fmt.Sprintf("%+v", vars); strings.Contains(text, "value-of-a") {
		t.Errorf("a new variable prints its value: %s", text)
	}
}
