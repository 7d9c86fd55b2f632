package vercel_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/provider/vercel"
	"readme/cli/release"
)

const envOp = "POST /v10/projects/prj_1/env"

func vars(names ...string) []vercel.Variable {
	var out []vercel.Variable
	for _, n := range names {
		out = append(out, vercel.Variable{Name: n, Value: release.NewSecret("hunter2-" + n), Sensitive: n != "PLAIN"})
	}
	return out
}

func TestSetVariables_writesTheNewOnesByOneCall(t *testing.T) {
	book := map[string][]string{
		"GET /v10/projects/prj_1/env":     {`{"envs":[{"id":"e1","key":"OLD","type":"sensitive","target":["production","preview"]}]}`},
		envOp:                             {`201{"created":[],"failed":[]}`},
		"PATCH /v9/projects/prj_1/env/e1": {`{}`},
	}
	scripted(t, vercel.Options{}, book, func(t scene, s *script, v *vercel.Client) {
		if err := v.SetVariables(t.Context(), vars("A", "OLD", "PLAIN")); err != nil {
			t.Fatal(err)
		}
		want := `[{"key":"A","value":"hunter2-A","type":"sensitive","target":["production"]},{"key":"PLAIN","value":"hunter2-PLAIN","type":"encrypted","target":["production"]}]`
		if got := s.sent(envOp); len(got) != 1 || got[0] != want {
			t.Errorf("sent %s, want %s", got, want)
		}
		if got := s.sent("PATCH /v9/projects/prj_1/env/e1"); len(got) != 1 || got[0] != `{"value":"hunter2-OLD"}` {
			t.Errorf("edited by %s", got)
		}
	})
}

func TestSetVariables_namesAllThatASuccessDidNotTake(t *testing.T) {
	book := map[string][]string{envOp: {`201{"created":[],"failed":[
		{"error":{"code":"env_key_invalid_characters","message":"hunter2-A is bad","envVarKey":"A"}},{"error":{"code":"x","message":"y","key":"B"}}]}`}}
	scripted(t, vercel.Options{}, book, func(t scene, _ *script, v *vercel.Client) {
		err := v.SetVariables(t.Context(), vars("A", "B", "C"))
		if want := "vercel: set variables A, B, C: HTTP 201: refused A: env_key_invalid_characters: ••• is bad; B: x: y"; err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	})
}

func TestSetVariables_editsWhatSomebodyMadeInTheMeantime(t *testing.T) {
	there := `{"envs":[{"id":"e1","key":"A","type":"sensitive","target":["production"]}]}`
	for name, answer := range map[string]string{
		"told in a success": `201{"created":[],"failed":[{"error":{"code":"ENV_CONFLICT","message":"exists","envVarKey":"A"}}]}`,
		"told as an error":  `400{"error":{"code":"ENV_CONFLICT","message":"exists"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			book := map[string][]string{"GET /v10/projects/prj_1/env": {`{"envs":[]}`, there}, envOp: {answer}, "PATCH /v9/projects/prj_1/env/e1": {`{}`}}
			scripted(t, vercel.Options{}, book, func(t scene, s *script, v *vercel.Client) {
				if err := v.SetVariables(t.Context(), vars("A")); err != nil {
					t.Fatal(err)
				}
				if n := len(s.sent("PATCH /v9/projects/prj_1/env/e1")); n != 1 {
					t.Errorf("it was edited %d times", n)
				}
			})
		})
	}
}

func TestSetVariables_waitsWhileVercelIsBusyWithAnotherWrite(t *testing.T) {
	busy := `400{"error":{"code":"bad_request","message":"There is an ongoing update of the environment variables"}}`
	too := `400{"error":{"code":"bad_request","message":"It couldn't be changed because an ongoing env update is already happening"}}`
	t.Run("for a while", func(t *testing.T) {
		scripted(t, vercel.Options{}, map[string][]string{envOp: {busy, too, `201{"created":[],"failed":[]}`}}, func(t scene, s *script, v *vercel.Client) {
			if err := v.SetVariables(t.Context(), vars("A")); err != nil || len(s.sent(envOp)) != 3 {
				t.Errorf("%v after %d calls", err, len(s.sent(envOp)))
			}
		})
	})
	t.Run("not for ever", func(t *testing.T) {
		scripted(t, vercel.Options{}, map[string][]string{envOp: {busy}}, func(t scene, _ *script, v *vercel.Client) {
			if err := v.SetVariables(t.Context(), vars("A")); err == nil || !strings.Contains(err.Error(), "ongoing update") {
				t.Errorf("got %v", err)
			}
		})
	})
}

func TestSetVariables_neverWritesAPlaceholderBack(t *testing.T) {
	scripted(t, vercel.Options{}, nil, func(t scene, s *script, v *vercel.Client) {
		err := v.SetVariables(t.Context(), []vercel.Variable{{Name: "A", Value: release.NewSecret("[SENSITIVE]")}})
		if err == nil || len(s.got) > 0 {
			t.Errorf("got %v after %d calls", err, len(s.got))
		}
	})
}

func TestVariables_thatCannotBeReadAreThereAllTheSame(t *testing.T) {
	book := map[string][]string{
		"GET /v10/projects/prj_1/env": {`{"envs":[{"id":"e1","key":"SENSITIVE","type":"sensitive","value":"","target":"production"},{"id":"e2","key":"OLD","type":"secret","target":["production"]},
			{"id":"e3","key":"ENCRYPTED","type":"encrypted","value":"ciphertext","target":["production","preview","development"]},{"id":"e4","key":"PREVIEW","type":"plain","value":"x","target":["preview"]},
			{"id":"e7","key":"HELD","type":"encrypted","value":"ciphertext","target":["production"]},{"id":"e8","key":"CIPHER","type":"encrypted","target":["production"]},
			{"id":"e9","key":"OWNED","type":"plain","value":"x","target":["production"],"configurationId":"icfg_1"},
			{"id":"e5","key":"BRANCH","type":"plain","value":"x","target":["production"],"gitBranch":"b"},{"id":"e6","key":"VERCEL_URL","type":"system","target":["production"]}]}`},
		"GET /v1/projects/prj_1/env/e3": {`{"id":"e3","key":"ENCRYPTED","value":"clear"}`},
		"GET /v1/projects/prj_1/env/e7": {`{"id":"e7","key":"HELD","value":""}`},
		"GET /v1/projects/prj_1/env/e8": {`{"id":"e8","key":"CIPHER","value":"ciphertext","decrypted":false}`},
	}
	scripted(t, vercel.Options{}, book, func(t scene, _ *script, v *vercel.Client) {
		got, err := v.ListVariables(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		for _, v := range got {
			told = append(told, fmt.Sprintf("%s %t/%t %s%s", v.Name, v.Readable, v.Sensitive, v.Value.Reveal(), v.Owner)+strings.Join(v.Also, ","))
		}
		want := []string{
			"CIPHER false/false ", "ENCRYPTED true/false clearpreview,development", "HELD false/false ", "OLD false/false ",
			"OWNED true/false xa Vercel integration (icfg_1), which would write over it", "SENSITIVE false/true ",
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Error(diff)
		}
	})
}
