package pipecat_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/provider/pipecat"
	"readme/cli/release"
)

const everything = `# every key that readme-ops deploys
agent_name = "readme"
image = "registry.test:5000/me/bot:0.1.0"
image_credentials = "dockerhub"
secret_set = "readme-bot"
region = "eu-central"
agent_profile = "agent-2x"
websocket_auth = "token"
max_session_duration = 3600
architecture = "arm64"

[scaling]
min_agents = 0
max_agents = 5

[krisp_viva]
audio_filter = "pro"

[build]
context_dir = "."
dockerfile = "Dockerfile"
exclude = { patterns = ["*.md"] }

[docker]
anything = { goes = true }
`

func TestParseConfig_takesEveryKey(t *testing.T) {
	got, err := pipecat.ParseConfig("pcc-deploy.toml", everything)
	if err != nil {
		t.Fatal(err)
	}
	want := pipecat.Config{
		Agent: "readme", Image: "registry.test:5000/me/bot:0.1.0", ImageCredentials: "dockerhub", SecretSet: "readme-bot",
		Region: "eu-central", Profile: "agent-2x", WebsocketAuth: "token", MaxSession: 3600,
		AudioFilter: "pro", MinAgents: new(0), MaxAgents: new(5),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("config (-want +got):\n%s", diff)
	}
}

func TestParseConfig_whatIsNotSetStaysUnset(t *testing.T) {
	got, err := pipecat.ParseConfig("f", `build_id = "11111111-1111-4111-8111-111111111111"`)
	if diff := cmp.Diff(pipecat.Config{Build: "11111111-1111-4111-8111-111111111111"}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestParseConfig_namesTheLineOfEveryMistake(t *testing.T) {
	cases := map[string]struct{ text, want string }{
		"a typo":                 {"image = \"a:1\"\nagent_nam = \"x\"", "f:2:1: unknown key agent_nam: did you mean agent_name?"},
		"a typo in a table":      {"image = \"a:1\"\n[scaling]\n  min_agent = 1", "f:3:3: unknown key scaling.min_agent: did you mean scaling.min_agents?"},
		"an unknown table":       {"image = \"a:1\"\n\n[something_else]\na = 1", "f:3:2: unknown key something_else"},
		"an old name":            {"image = \"a:1\"\nscaling.max_instances = 1", "f:2:9: unknown key scaling.max_instances: it is called scaling.max_agents now"},
		"a number for text":      {"image = 1", "f:1:1: image must be a text in quotes"},
		"text for a number":      {"image = \"a:1\"\nmax_session_duration = \"1h\"", "f:2:1: max_session_duration must be a whole number"},
		"text for a table":       {"image = \"a:1\"\nscaling = \"many\"", "f:2:1: scaling must be a table: [scaling]"},
		"the old krisp":          {"image = \"a:1\"\nenable_krisp = true", "f:2:1: enable_krisp: the vendor takes it no longer: set audio_filter in [krisp_viva] instead"},
		"no TOML":                {"image = \"a:1\"\nimage", "f:2:5: unexpected EOF; expected key separator '='"},
		"twice":                  {"image = \"a:1\"\nimage = \"a:2\"", "f:2:15: Key 'image' has already been defined."},
		"a Dockerfile elsewhere": {"[build]\ndockerfile = \"../Dockerfile\"", "f:2:1: build.dockerfile: \"../Dockerfile\" is not below context_dir"},
		"an absolute context":    {"[build]\ncontext_dir = \"/srv\"", "f:2:1: build.context_dir: \"/srv\" must be relative to the folder of this file"},
		"an exception":           {"[build.exclude]\npatterns = [\"*.md\", \"!a.md\"]", "f:2:1: build.exclude.patterns: \"!a.md\" is not a pattern of files to leave out"},
		"text for a list":        {"[build.exclude]\npatterns = \"*.md\"", "f:2:1: build.exclude.patterns must be a list of texts"},
		"an unknown build key":   {"[build]\ncontext = \".\"", "f:2:1: unknown key build.context"},
		"no tag":                 {"image = \"host:5000/bot\"", "f:1:1: image: \"host:5000/bot\" has no tag: write name:tag"},
		"both":                   {"image = \"a:1\"\nbuild_id = \"b\"", "f:2:1: build_id: image and build_id exclude each other"},
		"git":                    {"[git]\nrepo = \"a/b\"", "f:1:2: git: readme-ops builds the bot from the work tree, not from its git repository: leave it out"},
		"resources":              {"image = \"a:1\"\n[resources]\ncpu = \"1\"", "f:2:2: resources: readme-ops cannot set cpu and memory: choose an agent_profile"},
		"another machine":        {"image = \"a:1\"\narchitecture = \"amd64\"", "f:2:1: architecture: Pipecat Cloud runs arm64 images only, not amd64"},
		"a wrong name":           {"image = \"a:1\"\nagent_name = \"My Bot\"", "f:2:1: agent_name: \"My Bot\" is no agent name: 2 to 54 characters a-z, 0-9 and -, not at either end"},
		"a wrong profile":        {"image = \"a:1\"\nagent_profile = \"agent-9x\"", "f:2:1: agent_profile: \"agent-9x\" is not agent-1x, agent-2x or agent-3x"},
		"a short session":        {"image = \"a:1\"\nmax_session_duration = 0", "f:2:1: max_session_duration: 0 is not between 60 and 14400 seconds"},
		"a wrong filter":         {"image = \"a:1\"\n[krisp_viva]\naudio_filter = \"x\"", "f:3:1: krisp_viva.audio_filter: \"x\" is not tel or pro"},
		"max below min":          {"image = \"a:1\"\n[scaling]\nmin_agents = 3\nmax_agents = 2", "f:4:1: scaling.max_agents: must not be less than min_agents"},
		"several at once":        {"imag = \"a:1\"\nregion = 3", "f:1:1: unknown key imag: did you mean image?\nf:2:1: region must be a text in quotes"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := pipecat.ParseConfig("f", c.text)
			var faults release.Faults
			if !errors.As(err, &faults) {
				t.Fatalf("got %v", err)
			}
			if diff := cmp.Diff(c.want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			for _, f := range faults {
				if f.Exit != release.ExitInvalid {
					t.Errorf("exit %d", f.Exit)
				}
			}
		})
	}
}

func TestReadConfig_readsTheFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pcc-deploy.toml")
	var f *release.Fault
	if _, err := pipecat.ReadConfig(file); !errors.As(err, &f) || !errors.Is(err, os.ErrNotExist) || f.Exit != release.ExitInvalid {
		t.Errorf("a file that is not there: %v", err)
	}
	if err := os.WriteFile(file, []byte(everything), 0o600); err != nil {
		t.Fatal(err)
	}
	if cfg, err := pipecat.ReadConfig(file); err != nil || cfg.Agent != "readme" {
		t.Errorf("%+v, %v", cfg, err)
	}
	if err := os.WriteFile(file, []byte("#"+strings.Repeat("x", 1<<20)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pipecat.ReadConfig(file); err == nil {
		t.Error("a giant was read")
	}
}

func TestReadConfig_takesTheProductsOwn(t *testing.T) {
	cfg, err := pipecat.ReadConfig("../../../services/bot/pcc-deploy.toml")
	if err != nil || cfg.Agent != "readme" || cfg.SecretSet != "readme-bot" || cfg.Mutable() {
		t.Errorf("%+v, %v", cfg, err)
	}
}

func TestConfig_knowsAMutableTag(t *testing.T) {
	for image, want := range map[string]bool{"a:latest": true, "h:1/a:latest": true, "a:1": false, "a:latest@sha256:00": false, "": false} {
		if got := (pipecat.Config{Image: image}).Mutable(); got != want {
			t.Errorf("%q: %v, want %v", image, got, want)
		}
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add(everything)
	f.Add("image = 1\n[scaling]\nmin_agents = 99999999999999999999")
	f.Add("[[build]]\n[build.exclude]\npatterns = [1]")
	f.Add("\"scaling.min_agents\" = 1\nscaling = {min_agents = {}}")
	f.Fuzz(func(t *testing.T, text string) {
		_, err := pipecat.ParseConfig("f", text)
		if err == nil {
			return
		}
		var faults release.Faults
		if !errors.As(err, &faults) || len(faults) == 0 {
			t.Fatalf("no faults in %v", err)
		}
		for _, x := range faults {
			if x.Title == "" || x.Where == nil || x.Where.File != "f" {
				t.Errorf("a fault without its place: %+v", x)
			}
		}
	})
}
