package pipecat

import "time"

// agent is what GET and POST /v1/agents/{name} answer (ServiceDetailsResponse). Requests say minAgents, answers
// minReplicas; the revisions say deploymentID, everything else deploymentId.
type agent struct {
	Name         string    `json:"name"`
	Region       string    `json:"region"`
	Ready        bool      `json:"ready"`
	Available    *bool     `json:"available"` // an older API leaves it out
	CreatedAt    time.Time `json:"createdAt"`
	Desired      string    `json:"desiredDeploymentId"`
	Active       string    `json:"activeDeploymentId"` // deprecated, and an alias of desired: not what is active
	Reconciled   string    `json:"reconciledDeploymentId"`
	ActiveReady  bool      `json:"activeDeploymentReady"`
	AutoScaling  replicas  `json:"autoScaling"`
	Sessions     int       `json:"activeSessionCount"`
	AgentProfile string    `json:"agentProfile"`
	KrispViva    *krisp    `json:"krispViva"`
	Deployment   *struct {
		ID        string    `json:"id"`
		BuildID   string    `json:"buildId"`
		CreatedAt time.Time `json:"createdAt"`
		Manifest  struct {
			Spec struct {
				Image       string   `json:"image"`
				PullSecret  string   `json:"imagePullSecretName"`
				EnvFrom     []string `json:"envFromSecretNames"`
				MaxDuration int      `json:"maxSessionDurationSeconds"`
			} `json:"spec"`
		} `json:"manifest"`
	} `json:"deployment"`
	Current    *revision   `json:"currentRevision"`
	Errors     []problem   `json:"errors"`
	Conditions []condition `json:"conditions"`
}

type replicas struct {
	Min int `json:"minReplicas"`
	Max int `json:"maxReplicas"`
}

type krisp struct {
	AudioFilter *string `json:"audioFilter"` // null switches it off
}

type revision struct {
	Deployment    string  `json:"deploymentID"`
	Phase         string  `json:"phase"`
	ReadyReplicas int     `json:"readyReplicas"`
	Health        *health `json:"health"`
}

type health struct {
	RestartCount int    `json:"restartCount"`
	Reason       string `json:"reason"`
	LastExitCode int    `json:"lastExitCode"`
	LastReason   string `json:"lastTerminationReason"`
	Message      string `json:"message"`
	Headline     string `json:"headline"`
}

type problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Error   string `json:"error"`
}

type condition struct {
	Type    string `json:"type"`
	Status  string `json:"status"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// desired is the deployment that was last asked for; it says nothing about what serves.
func (a agent) desired() string {
	if a.Desired != "" {
		return a.Desired
	}
	return a.Active
}

func (a agent) available() bool {
	if a.Available != nil {
		return *a.Available
	}
	return a.Ready
}

func (a agent) condition(kind string) (condition, bool) {
	for _, c := range a.Conditions {
		if c.Type == kind && c.Status == "True" {
			return c, true
		}
	}
	return condition{}, false
}

// deployBody is a create or an update. What is not set is not sent: for an update that means "keep", and the
// vendor's own CLI drops a warm pool to zero by sending it.
type deployBody struct {
	Name         string       `json:"serviceName,omitempty"` // create only
	Region       string       `json:"region,omitempty"`      // create only
	Image        string       `json:"image,omitempty"`
	BuildID      string       `json:"buildId,omitempty"`
	PullSecret   string       `json:"imagePullSecretSet,omitempty"`
	SecretSet    string       `json:"secretSet,omitempty"`
	AutoScaling  *autoScaling `json:"autoScaling,omitempty"`
	Profile      string       `json:"agentProfile,omitempty"`
	KrispViva    *krisp       `json:"krispViva,omitempty"`
	MaxSession   int          `json:"maxSessionDuration,omitempty"`
	Websocket    string       `json:"websocketAuth,omitempty"`
	ForceRestart bool         `json:"forceRedeploy,omitempty"` // update only
}

type autoScaling struct {
	Min *int `json:"minAgents,omitempty"`
	Max *int `json:"maxAgents,omitempty"`
}
