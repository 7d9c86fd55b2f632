package vercel

import (
	"bytes"
	"encoding/json"
	"time"
)

// The shapes on the wire, cut to what we use. Vercel adds fields and enum members at will, so nothing here is closed.

type wireRefusal struct {
	Code    string   `json:"code"`
	Missing []string `json:"missing"` // sha1s, with missing_files
	Link    string   `json:"link"`    // where a person mends it
	Repo    string   `json:"repo"`    // of a repository that could not be linked
}

type wirePage struct {
	Next int64 `json:"next"` // ms; 0 on the last page
}

type wireDomains struct {
	Domains []wireDomain `json:"domains"`
}

type wireDomain struct {
	Name              string `json:"name"`
	Verified          bool   `json:"verified"`
	Redirect          string `json:"redirect"`
	GitBranch         string `json:"gitBranch"`
	CustomEnvironment string `json:"customEnvironmentId"`
	Verification      []struct {
		Type   string `json:"type"`
		Domain string `json:"domain"`
		Value  string `json:"value"`
	} `json:"verification"` // what its DNS has to hold first
	CreatedAt int64 `json:"createdAt"`
}

type wireAlias struct {
	Alias        string `json:"alias"`
	DeploymentID string `json:"deploymentId"`
}

type wireDeployment struct {
	ID        string   `json:"id"`
	UID       string   `json:"uid"` // the id in lists
	Name      string   `json:"name"`
	URL       string   `json:"url"` // a host, without a scheme
	ProjectID string   `json:"projectId"`
	Target    string   `json:"target"` // "" is a preview
	Meta      wireMeta `json:"meta"`
	CreatedAt int64    `json:"createdAt"` // ms
	Created   int64    `json:"created"`   // the same in lists

	ReadyState       string     `json:"readyState"`
	State            string     `json:"state"` // the same in lists
	ReadySubstate    string     `json:"readySubstate"`
	ReadyStateReason string     `json:"readyStateReason"`
	ErrorCode        string     `json:"errorCode"`
	ErrorMessage     string     `json:"errorMessage"`
	AliasAssigned    truthy     `json:"aliasAssigned"`
	AliasError       *wireCause `json:"aliasError"`
	AutoAssign       *bool      `json:"autoAssignCustomDomains"`
	ChecksConclusion string     `json:"checksConclusion"`
	Checks           struct {
		Alias struct {
			State string `json:"state"`
		} `json:"deployment-alias"`
	} `json:"checks"`
	SeatBlock *struct {
		BlockCode string `json:"blockCode"`
	} `json:"seatBlock"`
}

func (d wireDeployment) id() string { return either(d.ID, d.UID) }

// commit is what the Git integration stored; "" for deployments of files.
func (d wireDeployment) commit() string {
	for _, hosting := range []string{"github", "gitlab", "bitbucket"} {
		if sha := d.Meta[hosting+"CommitSha"]; sha != "" {
			return sha
		}
	}
	return ""
}

func (d wireDeployment) state() string { return either(d.ReadyState, d.State) }

func (d wireDeployment) created() time.Time {
	ms := d.CreatedAt
	if ms == 0 {
		ms = d.Created
	}
	return time.UnixMilli(ms)
}

type wireCause struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

type wireDeployments struct {
	Deployments []wireDeployment `json:"deployments"`
	Pagination  wirePage         `json:"pagination"`
}

type wireCreate struct {
	Name            string            `json:"name"`
	Project         string            `json:"project"`
	Target          string            `json:"target"`
	Files           []wireFile        `json:"files,omitempty"`
	Git             *wireGitSource    `json:"gitSource,omitempty"`    // not together with files
	Deployment      string            `json:"deploymentId,omitempty"` // the same again, built anew
	Meta            map[string]string `json:"meta"`
	ProjectSettings map[string]string `json:"projectSettings,omitempty"`
	// AutoAssign false keeps a production build off the domains. The public description lacks it; the CLI's
	// --skip-domain sends it.
	AutoAssign *bool `json:"autoAssignCustomDomains,omitempty"`
}

type wireFile struct {
	File string `json:"file"`
	SHA  string `json:"sha"`
	Size int64  `json:"size"`
	Mode uint32 `json:"mode"`
}

type wireEvent struct {
	Type    string     `json:"type"`
	ID      string     `json:"id"`
	Date    int64      `json:"date"`
	Created int64      `json:"created"`
	Text    string     `json:"text"`
	Level   string     `json:"level"`
	Payload *wireEvent `json:"payload"` // the older variant nests the same
}

// wireMeta is a deployment's meta. Vercel promises texts; anything else in it is none of our business.
type wireMeta map[string]string

func (m *wireMeta) UnmarshalJSON(b []byte) error {
	var all map[string]any
	if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	*m = wireMeta{}
	for k, v := range all {
		if text, ok := v.(string); ok {
			(*m)[k] = text
		}
	}
	return nil
}

// truthy reads aliasAssigned: a boolean in a deployment, a time in ms, a boolean or null in lists.
type truthy bool

func (t *truthy) UnmarshalJSON(b []byte) error {
	switch s := string(bytes.TrimSpace(b)); s {
	case "null", "false", "0", `""`:
		*t = false
	default:
		*t = true
	}
	return nil
}

// oneOrMany reads a variable's target: one word, or several.
type oneOrMany []string

func (o *oneOrMany) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte(`"`)) {
		var one string
		if err := json.Unmarshal(b, &one); err != nil {
			return err
		}
		*o = oneOrMany{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(o))
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
