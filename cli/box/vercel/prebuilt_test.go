package vercel_test

import (
	"strings"
	"testing"
	"time"
)

func TestPrebuilt_isServedAsItIs(t *testing.T) {
	inBubble(t, func(b *bench) {
		file := func(name, data string) map[string]any {
			return map[string]any{"file": name, "data": data, "encoding": "utf-8"}
		}
		create := func(files ...any) reply {
			r := b.call("POST", "/v13/deployments?prebuilt=1", map[string]any{"name": "readme", "target": "production", "files": files})
			time.Sleep(time.Minute)
			return b.call("GET", "/v13/deployments/"+r.text("id"), nil)
		}
		config := file(".vercel/output/config.json", `{"version":3}`)
		create(config, file(".vercel/output/static/index.html", "home"), file(".vercel/output/static/about.html", "about us"),
			map[string]any{"file": ".vercel/output/static", "mode": 16877})
		for path, want := range map[string]string{"/": "home", "/about": "about us", "/index.html": "home", "/none": "NOT_FOUND", "/../../state.json": "NOT_FOUND"} {
			r := b.send("GET", "http://production.box"+path, nil)
			if got := r.header.Get("X-Vercel-Error"); r.raw != want && got != want {
				b.Errorf("%s: %d %q, want %q", path, r.status, r.raw, want)
			}
		}
		if b.host.Running() != 0 || b.host.Builds() != 0 {
			b.Errorf("%d builds, %d processes for what is built already", b.host.Builds(), b.host.Running())
		}
		for want, files := range map[string][]any{
			"no .vercel/output/config.json": {file("index.html", "home")},
			"no prebuilt functions":         {config, file(".vercel/output/functions/api.func/x", "y")},
		} {
			if d := create(files...); d.text("readyState") != "ERROR" || !strings.Contains(d.text("errorMessage"), want) {
				b.Errorf("%s: %s", want, d.raw)
			}
		}
	})
}

func TestRuntimeLogs_streamWhatIsWrittenFromNowOnAndEnd(t *testing.T) {
	inBubble(t, func(b *bench) {
		id := b.deployed("live", nil)
		got := make(chan reply, 1)
		began := time.Now()
		go func() { got <- b.call("GET", "/v1/projects/readme/deployments/"+id+"/runtime-logs", nil) }()
		time.Sleep(time.Second)
		b.host.Refuse("cannot find the bot")
		b.host.Crash()
		b.page("production.box:80")
		r := <-got
		if !strings.Contains(r.raw, `"message":"cannot find the bot"`) || !strings.Contains(r.raw, `"level":"error"`) {
			b.Errorf("the stream held %q", r.raw)
		}
		if took := time.Since(began); took != 5*time.Minute {
			b.Errorf("it was open for %s", took)
		}
	})
}
