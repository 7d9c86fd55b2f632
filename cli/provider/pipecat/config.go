package pipecat

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"readme/cli/provider"
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
	AudioFilter      string `json:"audio_filter,omitempty"`         // tel or pro
	MinAgents        *int   `json:"min_agents,omitempty"`
	MaxAgents        *int   `json:"max_agents,omitempty"`

	// With neither Image nor Build, the vendor builds the image: from ContextDir, which is relative to the file's
	// own folder, by Dockerfile, which is relative to ContextDir.
	Dockerfile string   `json:"dockerfile,omitempty"`
	ContextDir string   `json:"-"`
	Exclude    []string `json:"-"` // patterns of files that the build is not given
}

// Builds reports whether the vendor has to build the image.
func (c Config) Builds() bool { return c.Image == "" && c.Build == "" }

// Mutable reports whether the image's tag is one that is pushed again and again: only a forced deploy notices that.
func (c Config) Mutable() bool {
	return tagOf(c.Image) == "latest" && !strings.Contains(c.Image, "@")
}

func (c Config) body() deployBody {
	b := deployBody{
		Image: c.Image, BuildID: c.Build, PullSecret: c.ImageCredentials, SecretSet: c.SecretSet, Profile: c.Profile,
		MaxSession: c.MaxSession, Websocket: c.WebsocketAuth,
	}
	if c.MinAgents != nil || c.MaxAgents != nil {
		b.AutoScaling = &autoScaling{Min: c.MinAgents, Max: c.MaxAgents}
	}
	if c.AudioFilter != "" {
		b.KrispViva = &krisp{AudioFilter: &c.AudioFilter}
	}
	return b
}

// text is the configuration as provider.Deployment.Settings keeps it.
func (c Config) text() string {
	raw, err := json.Marshal(c)
	if err != nil {
		return "" // it is our own plain struct
	}
	return string(raw)
}

// Settings reads what provider.Deployment.Settings keeps: the configuration that a deployment was asked for with.
func Settings(text string) (Config, error) {
	var c Config
	if text == "" {
		return c, nil
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return c, fmt.Errorf("pipecat: read the recorded settings: %w", err)
	}
	return c, nil
}

// differs names what the vendor has otherwise than c asks for; "" for nothing.
func (c Config) differs(has Config) string {
	for _, s := range c.Unlike(has) {
		return fmt.Sprintf("%s is %s, not %s", s.Name, s.Has, s.Want)
	}
	return ""
}

// Unlike lists what the vendor has otherwise than c asks for. What c leaves open, and what the vendor does not tell, does
// not differ.
func (c Config) Unlike(has Config) []provider.Setting {
	number := func(n *int) string {
		if n == nil {
			return ""
		}
		return strconv.Itoa(*n)
	}
	duration := func(s int) string { return strings.TrimPrefix(strconv.Itoa(s), "0") }
	var out []provider.Setting
	for _, s := range []provider.Setting{
		{Name: "image", Want: c.Image, Has: has.Image},
		{Name: "build_id", Want: c.Build, Has: has.Build},
		{Name: "image_credentials", Want: c.ImageCredentials, Has: has.ImageCredentials},
		{Name: "secret_set", Want: c.SecretSet, Has: has.SecretSet},
		{Name: "agent_profile", Want: c.Profile, Has: has.Profile},
		{Name: "max_session_duration", Want: duration(c.MaxSession), Has: duration(has.MaxSession)},
		{Name: "audio_filter", Want: c.AudioFilter, Has: has.AudioFilter},
		{Name: "min_agents", Want: number(c.MinAgents), Has: number(has.MinAgents)},
		{Name: "max_agents", Want: number(c.MaxAgents), Has: number(has.MaxAgents)},
	} {
		if s.Want != "" && s.Has != "" && s.Want != s.Has {
			out = append(out, s)
		}
	}
	return out
}

// tagOf gives "0.1.0" of "registry:5000/me/bot:0.1.0@sha256:…".
func tagOf(image string) string {
	image, _, _ = strings.Cut(image, "@")
	if i := strings.LastIndex(image, ":"); i > strings.LastIndex(image, "/") && i > 0 {
		return image[i+1:]
	}
	return ""
}

func oneOf(v string, allowed ...string) bool { return v == "" || slices.Contains(allowed, v) }
