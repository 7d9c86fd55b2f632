package railway

import (
	"encoding/json"
	"strings"
	"time"
)

// The operations, as in shared/contracts/railway.operations.graphql and held against testdata/schema.graphql by a test.
const (
	projectTokenQuery = `query ProjectToken { projectToken { project { id name } environment { id name } } }`

	apiTokenQuery = `query ApiToken { apiToken { workspaces { id name } } }`

	projectsQuery = `query Projects($workspaceId: String, $first: Int, $after: String) {
  projects(workspaceId: $workspaceId, first: $first, after: $after) { edges { node { id name deletedAt } } pageInfo { hasNextPage endCursor } }
}`

	projectQuery = `query Project($id: String!) {
  project(id: $id) { id name environments { edges { node { id name canAccess } } } }
}`

	servicesQuery = `query Services($environmentId: String!, $projectId: String, $first: Int, $after: String) {
  environment(id: $environmentId, projectId: $projectId) {
    serviceInstances(first: $first, after: $after) { edges { node { serviceId serviceName } } pageInfo { hasNextPage endCursor } }
  }
}`

	deploymentFields = `id status createdAt serviceId staticUrl url canRollback deploymentStopped meta instances { status }`

	domainFields = `serviceDomains { domain } customDomains { domain status { verified } }`

	liveQuery = `query Live($serviceId: String!, $environmentId: String!) {
  serviceInstance(serviceId: $serviceId, environmentId: $environmentId) {
    serviceName
    activeDeployments { ` + deploymentFields + ` }
    domains { ` + domainFields + ` }
  }
}`

	deploymentQuery = `query Deployment($id: String!) { deployment(id: $id) { ` + deploymentFields + ` service { name } } }`

	deploymentsQuery = `query Deployments($input: DeploymentListInput!, $first: Int) {
  deployments(input: $input, first: $first) { edges { node { ` + deploymentFields + ` } } }
}`

	eventsQuery = `query DeploymentEvents($id: String!, $first: Int) {
  deploymentEvents(id: $id, first: $first) { edges { node { step createdAt payload { reason error detail } } } }
}`

	domainsQuery = `query Domains($projectId: String!, $environmentId: String!, $serviceId: String!) {
  domains(projectId: $projectId, environmentId: $environmentId, serviceId: $serviceId) { ` + domainFields + ` }
}`

	domainCreateMutation = `mutation ServiceDomainCreate($input: ServiceDomainCreateInput!) { serviceDomainCreate(input: $input) { domain } }`

	settingsQuery = `query Settings($serviceId: String!, $environmentId: String!) {
  serviceInstance(serviceId: $serviceId, environmentId: $environmentId) {
    buildCommand startCommand healthcheckPath healthcheckTimeout drainingSeconds
  }
}`

	settingsMutation = `mutation ServiceInstanceUpdate($serviceId: String!, $environmentId: String, $input: ServiceInstanceUpdateInput!) {
  serviceInstanceUpdate(serviceId: $serviceId, environmentId: $environmentId, input: $input)
}`

	// Known to work with a project token, which `variables` is not; it is also what a deployment would really get.
	variablesQuery = `query Variables($projectId: String!, $environmentId: String!, $serviceId: String!) {
  variablesForServiceDeployment(projectId: $projectId, environmentId: $environmentId, serviceId: $serviceId)
}`

	variablesMutation = `mutation VariableCollectionUpsert($input: VariableCollectionUpsertInput!) { variableCollectionUpsert(input: $input) }`

	logFields = `timestamp message severity attributes { key value } tags { deploymentId }`

	logsQuery = `query DeploymentLogs($id: String!, $limit: Int, $filter: String, $startDate: DateTime) {
  logs: deploymentLogs(deploymentId: $id, limit: $limit, filter: $filter, startDate: $startDate) { ` + logFields + ` }
}`

	buildLogsQuery = `query BuildLogs($id: String!, $limit: Int) {
  logs: buildLogs(deploymentId: $id, limit: $limit) { ` + logFields + ` }
}`

	// A Boolean: the documentation's example, which selects id and status, does not validate.
	rollbackMutation = `mutation DeploymentRollback($id: String!) { deploymentRollback(id: $id) }`
	removeMutation   = `mutation DeploymentRemove($id: String!) { deploymentRemove(id: $id) }`
	cancelMutation   = `mutation DeploymentCancel($id: String!) { deploymentCancel(id: $id) }`
)

// wireAnswer is the envelope: errors come with HTTP 200 too, and then data is null or partial.
type wireAnswer struct {
	Data   json.RawMessage `json:"data"`
	Errors []wireError     `json:"errors"`
}

type wireError struct {
	Message    string `json:"message"`
	TraceID    string `json:"traceId"` // seen here, documented in extensions
	Extensions struct {
		Code    string `json:"code"`
		TraceID string `json:"traceId"`
	} `json:"extensions"`
}

func (e wireError) trace() string {
	if e.TraceID != "" {
		return e.TraceID
	}
	return e.Extensions.TraceID
}

// words are the vendor's, with what "Not Authorized" leaves out: it is also the answer for an id that does not exist.
func (e wireError) words() string {
	if strings.EqualFold(e.Message, notAuthorized) {
		return e.Message + " (the token may not do this, or it does not exist)"
	}
	return e.Message
}

// unclear reports whether a mutation with this error may have been carried out: the code is the same for a refusal
// and for a breakdown, so only the refusals that are known by their words are certain.
func (e wireError) unclear() bool {
	if e.Extensions.Code != "INTERNAL_SERVER_ERROR" {
		return false
	}
	m := strings.ToLower(e.Message)
	for _, known := range []string{"not authorized", "not found", "too quickly", "already exists"} {
		if strings.Contains(m, known) {
			return false
		}
	}
	return true
}

const (
	notAuthorized  = "Not Authorized"
	noProjectToken = "project token not found"
)

type edges[T any] struct {
	Edges []struct {
		Node T `json:"node"`
	} `json:"edges"`
	PageInfo struct {
		HasNextPage bool   `json:"hasNextPage"`
		EndCursor   string `json:"endCursor"`
	} `json:"pageInfo"`
}

type named struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	DeletedAt *string `json:"deletedAt"`
	CanAccess *bool   `json:"canAccess"`
}

type wireDeployment struct {
	ID          string                     `json:"id"`
	Status      string                     `json:"status"` // a string: an unknown one must not end a release
	CreatedAt   time.Time                  `json:"createdAt"`
	ServiceID   string                     `json:"serviceId"`
	StaticURL   string                     `json:"staticUrl"`
	URL         string                     `json:"url"`
	CanRollback bool                       `json:"canRollback"`
	Stopped     bool                       `json:"deploymentStopped"`
	Meta        map[string]json.RawMessage `json:"meta"`
	Instances   []struct {
		Status string `json:"status"`
	} `json:"instances"`
	Service named `json:"service"`
}

// meta reads one text of the schemaless meta; "" if it is absent or no text.
func (d wireDeployment) meta(key string) string {
	var s string
	if json.Unmarshal(d.Meta[key], &s) != nil {
		return ""
	}
	return s
}

type wireDomains struct {
	ServiceDomains []struct {
		Domain string `json:"domain"`
	} `json:"serviceDomains"`
	CustomDomains []struct {
		Domain string `json:"domain"`
		Status struct {
			Verified bool `json:"verified"`
		} `json:"status"`
	} `json:"customDomains"`
}

type wireLog struct {
	Timestamp  string `json:"timestamp"`
	Message    string `json:"message"`
	Severity   string `json:"severity"`
	Attributes []struct {
		Key   string `json:"key"`
		Value string `json:"value"` // JSON-encoded text: "\"info\""
	} `json:"attributes"`
	Tags struct {
		DeploymentID string `json:"deploymentId"`
	} `json:"tags"`
}

type wireUpload struct {
	DeploymentID string `json:"deploymentId"`
}
