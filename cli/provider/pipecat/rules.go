package pipecat

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// rules lists what is wrong with the values, each with the key that is to blame. What the vendor's newer CLI refuses
// is refused here too, and what it can do and a private key cannot.
func (f *file) rules() []mistake {
	c := &f.Config
	var ms []mistake
	add := func(bad bool, key, text string, args ...any) {
		if bad {
			ms = append(ms, mistake{key: key, text: fmt.Sprintf(text, args...)})
		}
	}
	if c.Agent != "" {
		if err := checkName(c.Agent); err != nil {
			add(true, "agent_name", "%s", strings.TrimPrefix(err.Error(), "pipecat: "))
		}
	}
	add(c.Image != "" && tagOf(c.Image) == "" && !strings.Contains(c.Image, "@"), "image", "%q has no tag: write name:tag", c.Image)
	add(c.Image != "" && c.Build != "", "build_id", "image and build_id exclude each other")
	add(f.has("enable_krisp"), "enable_krisp", "the vendor takes it no longer: set audio_filter in [krisp_viva] instead")
	add(f.has("git"), "git", "readme-ops builds the bot from the work tree, not from its git repository: leave it out")
	add(f.has("resources"), "resources", "readme-ops cannot set cpu and memory: choose an agent_profile")
	add(f.Architecture != "" && f.Architecture != "arm64", "architecture", "Pipecat Cloud runs arm64 images only, not %s", f.Architecture)
	add(!oneOf(c.Profile, "agent-1x", "agent-2x", "agent-3x"), "agent_profile", "%q is not agent-1x, agent-2x or agent-3x", c.Profile)
	add(!oneOf(c.WebsocketAuth, "none", "token"), "websocket_auth", "%q is not none or token", c.WebsocketAuth)
	add(!oneOf(c.AudioFilter, "tel", "pro"), "krisp_viva.audio_filter", "%q is not tel or pro", c.AudioFilter)
	add(f.has("max_session_duration") && (c.MaxSession < 60 || c.MaxSession > 14400), "max_session_duration", "%d is not between 60 and 14400 seconds", c.MaxSession)
	add(c.MinAgents != nil && *c.MinAgents < 0, "scaling.min_agents", "must not be negative")
	add(c.MaxAgents != nil && *c.MaxAgents < 1, "scaling.max_agents", "must be at least 1")
	add(c.MinAgents != nil && c.MaxAgents != nil && *c.MaxAgents < *c.MinAgents, "scaling.max_agents", "must not be less than min_agents")
	add(f.has("build.dockerfile") && !fs.ValidPath(path.Clean(c.Dockerfile)), "build.dockerfile", "%q is not below context_dir", c.Dockerfile)
	add(path.IsAbs(c.ContextDir), "build.context_dir", "%q must be relative to the folder of this file", c.ContextDir)
	for _, p := range c.Exclude {
		add(!excludes(p), "build.exclude.patterns", "%q is not a pattern of files to leave out", p)
	}
	return ms
}

// excludes reports whether a pattern can be matched. The vendor's own tool knows no exceptions (!name) either.
func excludes(pattern string) bool {
	return doublestar.ValidatePattern(pattern) && strings.Trim(pattern, "/. ") != "" && !strings.HasPrefix(pattern, "!")
}

// settle fills in what a cloud build goes by when the file does not say it, and forgets it for anything else.
func (f *file) settle() {
	c := &f.Config
	if !c.Builds() {
		c.Dockerfile, c.ContextDir, c.Exclude = "", "", nil
		return
	}
	c.Dockerfile = path.Clean(c.Dockerfile)
	if c.Dockerfile == "." {
		c.Dockerfile = "Dockerfile"
	}
	c.ContextDir = path.Clean(c.ContextDir)
}
