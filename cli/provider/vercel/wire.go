package vercel

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
)

// The shapes on the wire, cut to what we use. Vercel adds fields and enum members at will, so nothing here is closed.

type wireRefusal struct {
	Code    string   `json:"code"`
	Missing []string `json:"missing"` // sha1s, with missing_files
}

type wirePage struct {
	Next int64 `json:"next"` // ms; 0 on the last page
}

type wireProject struct {
	ID               string                  `json:"id"`
	Name             string                  `json:"name"`
	Targets          map[string]*wireServing `json:"targets"`
	LastAliasRequest *wireAliasRequest       `json:"lastAliasRequest"` // null without ?rollbackInfo=true
	RollingRelease   json.RawMessage         `json:"rollingRelease"`
}

type wireServing struct {
	ID string `json:"id"`
}

// wireAliasRequest is the project's last promotion or rollback, not necessarily ours.
type wireAliasRequest struct {
	From        string `json:"fromDeploymentId"`
	To          string `json:"toDeploymentId"`
	JobStatus   string `json:"jobStatus"` // succeeded, failed, skipped, pending, in-progress
	RequestedAt int64  `json:"requestedAt"`
	Type        string `json:"type"` // promote, rollback
}

func (r *wireAliasRequest) running() bool {
	return r != nil && (r.JobStatus == "pending" || r.JobStatus == "in-progress")
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
	CreatedAt         int64  `json:"createdAt"`
}

type wireAlias struct {
	Alias        string `json:"alias"`
	DeploymentID string `json:"deploymentId"`
}

type wireDeployment struct {
	ID        string            `json:"id"`
	UID       string            `json:"uid"` // the id in lists
	Name      string            `json:"name"`
	URL       string            `json:"url"` // a host, without a scheme
	ProjectID string            `json:"projectId"`
	Target    string            `json:"target"` // "" is a preview
	Meta      map[string]string `json:"meta"`
	CreatedAt int64             `json:"createdAt"` // ms
	Created   int64             `json:"created"`   // the same in lists

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
	Files           []wireFile        `json:"files"`
	Meta            map[string]string `json:"meta"`
	ProjectSettings map[string]string `json:"projectSettings"`
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

type wireEnv struct {
	ID            string    `json:"id,omitempty"`
	Key           string    `json:"key,omitempty"`
	Value         string    `json:"value"`
	Type          string    `json:"type,omitempty"` // plain, encrypted, sensitive, system, secret
	Target        oneOrMany `json:"target,omitempty"`
	GitBranch     string    `json:"gitBranch,omitempty"`
	Configuration string    `json:"configurationId,omitempty"` // an integration owns it
}

type wireEnvs struct {
	Envs       []wireEnv `json:"envs"`
	Pagination wirePage  `json:"pagination"`
}

// wireCreated is the 201 of a variable, which can carry failures.
type wireCreated struct {
	Failed []struct {
		Error struct {
			wireCause

			Key       string `json:"key"`
			EnvVarKey string `json:"envVarKey"`
		} `json:"error"`
	} `json:"failed"`
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

// present reports whether a raw field holds anything.
func present(raw json.RawMessage) bool {
	s := strings.TrimSpace(string(raw))
	return s != "" && s != "null"
}
