package pipecat_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/box/pipecat"
)

func TestBuild_findsWhatDockerWouldFind(t *testing.T) {
	const from = "FROM dailyco/pipecat-base:0.1.27\n"
	for name, x := range map[string]struct {
		dockerfile string            // "" is a good one
		with       map[string]string // "-" takes a file away
		failure    string            // errorMessage
		says       string            // a part of the log
		crash      string            // what the deployment crashes with
	}{
		"a good one":              {says: "COPY bot.py ./"},
		"no Dockerfile":           {with: map[string]string{"Dockerfile": "-"}, failure: "Docker build failed: Dockerfile not found: Dockerfile"},
		"a source that is away":   {with: map[string]string{"requirements.txt": "-"}, failure: "Docker build failed: COPY failed - file not found: requirements.txt", says: "Phase complete: BUILD State: FAILED"},
		"a pattern without a hit": {dockerfile: from + "COPY *.txt lib/*.so ./\n", failure: "Docker build failed: COPY failed - file not found: lib/*.so"},
		"nonsense":                {dockerfile: from + "COPPY a b\n", failure: "Docker build failed: dockerfile parse error on line 2: unknown instruction: COPPY"},
		"no stage":                {dockerfile: "# nothing\n", failure: "Docker build failed: dockerfile parse error: no build stage in current context"},
		"everything":              {dockerfile: from + "COPY . ./\n"},
		"a folder and a pattern":  {dockerfile: from + "COPY --chown=1:1 [\"lib\", \"*.py\", \"./\"]\n", with: map[string]string{"lib/a.py": "a = 1\n"}},
		"not above the context":   {dockerfile: from + "COPY ../bot.py /bot.py ./\n"},
		"under another name":      {dockerfile: from + "COPY main.py bot.py\n", with: map[string]string{"main.py": goodBot}},
		"what cannot be known": {
			dockerfile: "ARG V=1\nFROM golang AS b\nRUN <<EOF\nCOPY is only a word here\nEOF\nFROM dailyco/pipecat-base:${V}\nARG F\nCOPY --from=b /x \\\n  # a remark\n  /y\nADD https://a.test/x /x\nCOPY $F ./\n",
		},
		"another base": {dockerfile: "FROM python:3.12\nCOPY bot.py ./\n", says: "WARNING: python:3.12 is not of the family dailyco/pipecat-base"},
		"no bot":       {dockerfile: from, crash: "ModuleNotFoundError: No module named 'bot'"},
		"bot() is missing": {
			with: map[string]string{"bot.py": "def main():\n    pass\n"}, crash: "ImportError: cannot import name 'bot'",
		},
		"a bracket stays open": {
			with: map[string]string{"bot.py": goodBot + "x = [1,\n"}, crash: "line 3\nSyntaxError: '[' was never closed",
		},
		"a string stays open": {
			with: map[string]string{"bot.py": goodBot + "x = 'it\n"}, crash: "line 3\nSyntaxError: unterminated string literal",
		},
		"strings of all kinds": {
			with: map[string]string{"bot.py": "\"\"\"(\n' \"\"\"\nx = r'\\'' # ]\ny = '\\\n)'\n" + goodBot},
		},
		"strings with expressions are not judged": {with: map[string]string{"bot.py": goodBot + "x = f\"{a[\"it's\"]}\"\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := open(t)
				files := good()
				if x.dockerfile != "" {
					files["Dockerfile"] = x.dockerfile
				}
				for name, text := range x.with {
					if files[name] = text; text == "-" {
						delete(files, name)
					}
				}
				_, b := c.build(files)
				time.Sleep(time.Minute)
				b = c.readBuild(b["id"])
				if got, _ := b["errorMessage"].(string); got != x.failure || (b["status"] == "failed") != (x.failure != "") {
					t.Fatalf("got %v %q, want %q", b["status"], got, x.failure)
				}
				if log := c.buildLog(b["id"]); !strings.Contains(log, x.says) {
					t.Errorf("log:\n%s\nwant %s", log, x.says)
				}
				if x.failure != "" {
					return
				}
				c.must(private, "POST", "/v1/agents", `{"serviceName":"readme","buildId":"`+b["id"].(string)+`"}`)
				time.Sleep(10 * time.Second)
				a := c.agent()
				health := a["currentRevision"].(map[string]any)["health"].(map[string]any)
				if message, _ := health["message"].(string); !strings.Contains(message, x.crash) || a["ready"] != (x.crash == "") {
					t.Errorf("ready %v, health %v, want %q", a["ready"], health, x.crash)
				}
			})
		})
	}
}

func TestBuild_takesNoArchiveThatCheats(t *testing.T) {
	for name, archive := range map[string][]byte{
		"leads outside": pack(t, map[string]string{"../x": "a"}),
		"is absolute":   pack(t, map[string]string{"/etc/x": "a"}),
		"links outside": pack(t, map[string]string{"a/x": "-> ../../etc"}),
		"links to root": pack(t, map[string]string{"x": "-> /etc/passwd"}),
		"no gzip":       []byte("hello"),
		"is cut":        pack(t, good())[:60],
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := open(t)
				m := c.must(private, "POST", "/v1/builds", `{"uploadId":"`+c.uploaded(archive)+`","region":"us-west"}`)
				id := m["build"].(map[string]any)["id"]
				time.Sleep(time.Minute)
				b := c.readBuild(id)
				if text, _ := b["errorMessage"].(string); b["status"] != "failed" || !strings.HasPrefix(text, "Failed to extract build context: ") {
					t.Errorf("got %v", b)
				}
			})
		})
	}
}

func TestArchive_isReadWithinLimits(t *testing.T) {
	many := map[string]string{"a": "1", "b": "2", "c": "3", "d.py": "x = 1"}
	for name, x := range map[string]struct {
		entries     int
		bytes, kept int64
		files       int
		want        string
	}{
		"enough":                {10, 1 << 20, 100, 4, ""},
		"too many entries":      {3, 1 << 20, 100, 0, "more than 3 entries"},
		"too many bytes":        {10, 1024, 100, 0, "larger than 1024 bytes"},
		"too much that is read": {10, 1 << 20, 4, 0, "too large"},
	} {
		n, err := pipecat.ReadArchive(pack(t, many), x.entries, x.bytes, x.kept)
		if n != x.files || (err == nil) != (x.want == "") || err != nil && !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %d files, %v", name, n, err)
		}
	}
}

func FuzzArchive(f *testing.F) {
	f.Add(pack(f, good()))
	f.Add(pack(f, map[string]string{"../x": "a", "y": "-> ../z"}))
	f.Add([]byte("hello"))
	f.Fuzz(func(t *testing.T, archive []byte) {
		for _, name := range pipecat.Inspect(archive) {
			if strings.HasPrefix(name, "/") || name == ".." || strings.HasPrefix(name, "../") {
				t.Errorf("%q leads outside", name)
			}
		}
	})
}

func FuzzDockerfile(f *testing.F) {
	f.Add(good()["Dockerfile"], goodBot)
	f.Add("FROM a\nRUN <<X\nX\nCOPY [\"a\", \"b\"]\\\n", "x = '''")
	f.Fuzz(func(t *testing.T, dockerfile, bot string) {
		if lines := pipecat.InspectText(dockerfile, bot); lines == 0 {
			t.Error("a build without a log")
		}
	})
}
