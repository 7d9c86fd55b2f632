package pipecat

import (
	"fmt"
	"slices"
	"strings"
)

// Config is what a deploy asks for. A zero field is not sent: the vendor's default on creation, "keep" on an update.
// It is also what Agent reads back, and may be kept as JSON.
type Config struct {
	Agent            string `json:"agent_name,omitempty"` // of the file; the client's own target wins
	Image            string `json:"image,omitempty"`      // with a tag; or
	Build            string `json:"build_id,omitempty"`   // of a cloud build
	ImageCredentials string `json:"image_credentials,omitempty"`
	SecretSet        string `json:"secret_set,omitempty"`
	Region           string `json:"region,omitempty"`               // used on creation only: an agent cannot move
	Profile          string `json:"agent_profile,omitempty"`        // agent-1x, agent-2x, agent-3x
	WebsocketAuth    string `json:"websocket_auth,omitempty"`       // none or token; never read back
	MaxSession       int    `json:"max_session_duration,omitempty"` // seconds, 60 to 14400
	EnableKrisp      *bool  `json:"enable_krisp,omitempty"`         // the vendor's newer CLIs refuse it; never read back
	AudioFilter      string `json:"audio_filter,omitempty"`         // tel or pro
	MinAgents        *int   `json:"min_agents,omitempty"`
	MaxAgents        *int   `json:"max_agents,omitempty"`
}

// Mutable reports whether the image's tag is one that is pushed again and again: only a forced deploy notices that.
func (c Config) Mutable() bool {
	return tagOf(c.Image) == "latest" && !strings.Contains(c.Image, "@")
}

func (c Config) body() deployBody {
	b := deployBody{
		Image: c.Image, BuildID: c.Build, PullSecret: c.ImageCredentials, SecretSet: c.SecretSet, Profile: c.Profile,
		EnableKrisp: c.EnableKrisp, MaxSession: c.MaxSession, Websocket: c.WebsocketAuth,
	}
	if c.MinAgents != nil || c.MaxAgents != nil {
		b.AutoScaling = &autoScaling{Min: c.MinAgents, Max: c.MaxAgents}
	}
	if c.AudioFilter != "" {
		b.KrispViva = &krisp{AudioFilter: c.AudioFilter}
	}
	return b
}

// tagOf gives "0.1.0" of "registry:5000/me/bot:0.1.0@sha256:…".
func tagOf(image string) string {
	image, _, _ = strings.Cut(image, "@")
	if i := strings.LastIndex(image, ":"); i > strings.LastIndex(image, "/") && i > 0 {
		return image[i+1:]
	}
	return ""
}

// rules lists what is wrong with the values, each with the key that is to blame.
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
	add(c.Image == "" && c.Build == "" && !f.has("git"), "", "image (or build_id) is missing: readme-ops deploys a bot by its image")
	add(f.has("git"), "git", "readme-ops cannot deploy a bot from its git repository: name an image")
	add(f.has("resources"), "resources", "readme-ops cannot set cpu and memory: choose an agent_profile")
	add(f.Architecture != "" && f.Architecture != "arm64", "architecture", "Pipecat Cloud runs arm64 images only, not %s", f.Architecture)
	add(!oneOf(c.Profile, "agent-1x", "agent-2x", "agent-3x"), "agent_profile", "%q is not agent-1x, agent-2x or agent-3x", c.Profile)
	add(!oneOf(c.WebsocketAuth, "none", "token"), "websocket_auth", "%q is not none or token", c.WebsocketAuth)
	add(!oneOf(c.AudioFilter, "tel", "pro"), "krisp_viva.audio_filter", "%q is not tel or pro", c.AudioFilter)
	add(f.has("max_session_duration") && (c.MaxSession < 60 || c.MaxSession > 14400), "max_session_duration", "%d is not between 60 and 14400 seconds", c.MaxSession)
	add(c.MinAgents != nil && *c.MinAgents < 0, "scaling.min_agents", "must not be negative")
	add(c.MaxAgents != nil && *c.MaxAgents < 1, "scaling.max_agents", "must be at least 1")
	add(c.MinAgents != nil && c.MaxAgents != nil && *c.MaxAgents < *c.MinAgents, "scaling.max_agents", "must not be less than min_agents")
	return ms
}

func oneOf(v string, allowed ...string) bool { return v == "" || slices.Contains(allowed, v) }
